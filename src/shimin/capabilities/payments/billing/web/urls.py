"""Addresses of billing."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.billing.web import pages

app_name = "billing"
urlpatterns = [
    path("bills/", pages.home, name="home"),
    path("bills/top-up", pages.top_up_card, name="top_up"),
    path("bills/transit-card", pages.top_up_card, {"kind": "transit"}, name="transit_card"),
    path("bills/bind", pages.bind, name="bind"),
    path("bills/accounts/<int:bound_id>", pages.account, name="account"),
    path("bills/accounts/<int:bound_id>/reminders", pages.reminders, name="reminders"),
    path("bills/accounts/<int:bound_id>/unbind", pages.unbind, name="unbind"),
]
