"""Supervision as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Registers what follows from requests' events, the ladder's steps, queues, and the cards on a request's page."""

    name = "shimin.capabilities.service_requests.supervision"
    label = "supervision"
    verbose_name = "督查"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("subscriptions", "tasks", "operations.desk_steps", "web.desk_queues", "web.desk_part"):
            import_module(f"shimin.capabilities.service_requests.supervision.{module}")
