"""Addresses of dues."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.dues.web import codes, counter, drawers, notices

app_name = "dues"
urlpatterns = [
    path("pay/code", codes.code, name="code"),
    path("desk/payments/notices", notices.notices, name="notices"),
    path("desk/payments/notices/<int:notice_id>", notices.notice, name="notice"),
    path("desk/payments/drawers", drawers.drawers, name="drawers"),
    path("desk/payments/counter", counter.counter, name="counter"),
    path("desk/payments/counter/<int:order_id>", counter.taken, name="taken"),
    path("desk/payments/counter/drawer", counter.drawer, name="drawer"),
]
