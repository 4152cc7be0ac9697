"""The service requests as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    """Registers what the worker, the portal and the desk take from requests, and connects the reader of texts."""

    name = "shimin.capabilities.service_requests"
    label = "service_requests"
    verbose_name = "诉求"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("subscriptions", "tasks", "own_part", "cards", "web.desk_queues"):
            import_module(f"shimin.capabilities.service_requests.{module}")
        reader = import_module("shimin.capabilities.service_requests.text.reader")
        ports = import_module("shimin.capabilities.service_requests.ports")
        ports.set_text_reader(reader.ShippedReader())
