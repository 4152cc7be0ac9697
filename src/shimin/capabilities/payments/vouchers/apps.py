"""Vouchers as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class VouchersConfig(AppConfig):
    """Registers what follows from payments' events, and the papers on an order's page."""

    name = "shimin.capabilities.payments.vouchers"
    label = "vouchers"
    verbose_name = "票据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("subscriptions", "own_part", "web.order_papers"):
            import_module(f"shimin.capabilities.payments.vouchers.{module}")
