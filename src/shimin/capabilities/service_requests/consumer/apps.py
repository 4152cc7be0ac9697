"""12315 as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ConsumerConfig(AppConfig):
    """Registers what 12315 adds to requests: its steps, category, queue, page parts, and the personal data."""

    name = "shimin.capabilities.service_requests.consumer"
    label = "consumer"
    verbose_name = "12315"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("own_part", "operations.desk_steps", "operations.categories", "web.desk_queues", "web.desk"):
            import_module(f"shimin.capabilities.service_requests.consumer.{module}")
