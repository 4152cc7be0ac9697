"""Dues as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class DuesConfig(AppConfig):
    """Registers the keeper of payment notices and the desk's queues."""

    name = "shimin.capabilities.payments.dues"
    label = "dues"
    verbose_name = "缴款通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shimin.capabilities.payments.dues.operations.keeping import NoticePayable
        from shimin.capabilities.payments.public import register_payable

        register_payable(NoticePayable())
        import_module("shimin.capabilities.payments.dues.web.desk_queues")
