"""The identity capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers subscribers, periodic jobs and cards."""

    name = "shimin.capabilities.identity"
    label = "identity"
    verbose_name = "身份"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("shimin.capabilities.identity.subscriptions")
        import_module("shimin.capabilities.identity.tasks")
        import_module("shimin.capabilities.identity.cards")
        import_module("shimin.capabilities.identity.indexes")
        import_module("shimin.capabilities.identity.own_part")
        import_module("shimin.capabilities.identity.own_merging")
        import_module("shimin.capabilities.identity.phone_book")
        import_module("shimin.capabilities.identity.web.desk_queues")
        import_module("shimin.capabilities.identity.web.kept")
