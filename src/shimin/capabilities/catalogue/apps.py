"""The catalogue as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Regions, agencies and service items."""

    name = "shimin.capabilities.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
