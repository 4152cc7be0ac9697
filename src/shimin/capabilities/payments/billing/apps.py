"""Billing as a Django app of its own, so that its tables have migrations of their own."""

from __future__ import annotations

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers what the worker, the desk and the portal take from billing."""

    name = "shimin.capabilities.payments.billing"
    label = "billing"
    verbose_name = "账单"
    default_auto_field = "django.db.models.BigAutoField"
