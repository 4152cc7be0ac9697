"""The catalogue as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Regions, agencies and service items; puts the editors' queues on the desk."""

    name = "shimin.capabilities.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.catalogue.events")  # the worker must know what others wrote
        from shimin.capabilities.catalogue.web.queues import register_queues

        register_queues()
        import_module("shimin.capabilities.catalogue.tasks")
