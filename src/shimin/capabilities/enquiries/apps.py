"""The enquiries capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    """Registers the block, the desk's queues, the cards and the periodic jobs."""

    name = "shimin.capabilities.enquiries"
    label = "enquiries"
    verbose_name = "查询"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shimin.capabilities.catalogue.public import register_block
        from shimin.capabilities.enquiries.block import LookupBlock

        register_block(LookupBlock())
        for module in ("tasks", "subscriptions", "web.desk_queues", "own_part"):
            import_module(f"shimin.capabilities.enquiries.{module}")
