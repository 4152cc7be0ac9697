"""The notices capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers the unread card and the delivery job."""

    name = "shimin.capabilities.notices"
    label = "notices"
    verbose_name = "通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.notices.tasks")
        import_module("shimin.capabilities.notices.cards")
