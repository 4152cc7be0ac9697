"""The payments capability as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers what the worker, the desk and the portal take from payments."""

    name = "shimin.capabilities.payments"
    label = "payments"
    verbose_name = "缴费"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shimin.capabilities.catalogue.public import register_block
        from shimin.capabilities.enquiries.public import register_record_actions
        from shimin.capabilities.payments.debts.block import PayBlock
        from shimin.capabilities.payments.debts.buttons import DebtButtons
        from shimin.capabilities.payments.debts.keeper import RecordDebts
        from shimin.capabilities.payments.ports import register_payable

        register_block(PayBlock())
        register_record_actions(DebtButtons())
        register_payable(RecordDebts())
        for module in ("tasks", "subscriptions", "web.desk_queues", "own_part"):
            import_module(f"shimin.capabilities.payments.{module}")
