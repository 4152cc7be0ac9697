"""Reconciliation as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Registers the desk's queue and the worker's job."""

    name = "shimin.capabilities.payments.reconciliation"
    label = "reconciliation"
    verbose_name = "对账"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("tasks", "web.desk_queues"):
            import_module(f"shimin.capabilities.payments.reconciliation.{module}")
