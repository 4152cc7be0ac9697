"""Invitations as a Django app of its own."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """Registers what follows from an invited order, and the person's part of their data."""

    name = "shimin.capabilities.payments.invitations"
    label = "invitations"
    verbose_name = "请人代付"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("own_part", "subscriptions"):
            import_module(f"shimin.capabilities.payments.invitations.{module}")
