"""The kernel as a Django app: tables without domain knowledge, and the database roles."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import pre_migrate


class KernelConfig(AppConfig):
    """Makes the roles before the first migration grants them anything."""

    name = "shimin.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shimin.kernel.monitoring.logging import configure
        from shimin.kernel.worker import housekeeping  # noqa: F401 - registers the kernel's periodic jobs

        configure(settings.SHIMIN)
        pre_migrate.connect(_make_roles, sender=self, dispatch_uid="kernel.roles")


def _make_roles(sender: AppConfig, using: str = "default", **_: Any) -> None:
    from shimin.kernel.roles import ensure_roles

    ensure_roles(using)
