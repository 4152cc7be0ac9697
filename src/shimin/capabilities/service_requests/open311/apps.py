"""Open311 as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Open311Config(AppConfig):
    """Registers that a service decides the category of what was filed as it."""

    name = "shimin.capabilities.service_requests.open311"
    label = "open311"
    verbose_name = "Open311"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.service_requests.open311.operations.categories")
