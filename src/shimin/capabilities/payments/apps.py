"""The payments capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers what the worker, the desk and the portal take from payments."""

    name = "shimin.capabilities.payments"
    label = "payments"
    verbose_name = "缴费"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.payments.tasks")
