"""Automatic payment as a Django app of its own, so that its tables have migrations of their own."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AutoPayConfig(AppConfig):
    """Registers the worker's jobs, the messages that follow from events, and the person's part of their data."""

    name = "shimin.capabilities.payments.autopay"
    label = "autopay"
    verbose_name = "自动缴费"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("own_part", "subscriptions", "tasks"):
            import_module(f"shimin.capabilities.payments.autopay.{module}")
