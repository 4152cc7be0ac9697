"""Billing as a Django app of its own, so that its tables have migrations of their own."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers bills as debts that payments can take, and what others take from billing."""

    name = "shimin.capabilities.payments.billing"
    label = "billing"
    verbose_name = "账单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shimin.capabilities.catalogue.public import register_block
        from shimin.capabilities.payments.billing.block import BillsBlock
        from shimin.capabilities.payments.billing.operations.keeping import BillPayable
        from shimin.capabilities.payments.billing.operations.topping_up import TopUpPayable
        from shimin.capabilities.payments.public import register_payable

        register_block(BillsBlock())
        register_payable(BillPayable())
        register_payable(TopUpPayable())
        for module in ("own_part", "tasks"):
            import_module(f"shimin.capabilities.payments.billing.{module}")
