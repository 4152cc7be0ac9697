"""Periodic jobs of automatic payment, run by the worker."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from shimin.capabilities.payments.autopay.public import end_at_gateways, look_at_due_plans, take_due_deductions
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(3, "autopay.look")
def look() -> None:
    """Look at what is owed under plans that are due, and at plans that wait for their signature."""
    while look_at_due_plans(clock.now()):
        continue


@every(2, "autopay.take")
def take() -> None:
    """Go on with deductions whose time has come."""
    notify_url = settings.SHIMIN.public_url + reverse("payments:notify", args=["gateway"])
    while take_due_deductions(clock.now(), notify_url=notify_url.replace("/gateway", "/{gateway}")):
        continue


@every(30, "autopay.end")
def end() -> None:
    """Tell gateways of agreements that are over."""
    while end_at_gateways(clock.now()):
        continue
