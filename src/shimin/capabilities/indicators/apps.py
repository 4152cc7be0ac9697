"""The indicators capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Follows the events that are counted, and offers the desk its pages."""

    name = "shimin.capabilities.indicators"
    label = "indicators"
    verbose_name = "指标"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("subscriptions", "tasks", "web.desk_queues", "own_part"):
            import_module(f"{self.name}.{module}")
