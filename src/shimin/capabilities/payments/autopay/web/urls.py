"""Addresses of automatic payment."""

from __future__ import annotations

from django.urls import path

from shimin.capabilities.payments.autopay.web import notifies, plans, setting_up

app_name = "autopay"
urlpatterns = [
    path("pay/auto/", plans.home, name="home"),
    path("pay/auto/bills/<int:bound_id>", setting_up.bills, name="new_bills"),
    path("pay/auto/card", setting_up.card, name="new_card"),
    path("pay/auto/<int:plan_id>", plans.plan, name="plan"),
    path("pay/auto/<int:plan_id>/sign", plans.sign, name="sign"),
    path("pay/auto/<int:plan_id>/back", plans.back, name="back"),
    path("pay/auto/<int:plan_id>/change", plans.change, name="change"),
    path("pay/auto/deductions/<int:deduction_id>", plans.decide, name="decide"),
    path("pay/auto/notify/<slug:gateway_code>", notifies.notify, name="notify"),
]
