"""Help from abroad as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AbroadConfig(AppConfig):
    """Registers what calls from abroad add to requests: the duty queue, page parts, and the personal data."""

    name = "shimin.capabilities.service_requests.abroad"
    label = "abroad"
    verbose_name = "境外求助"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("own_part", "web.desk"):
            import_module(f"shimin.capabilities.service_requests.abroad.{module}")
