"""Make the database roles, as every migration does; a restore needs them before it creates what they may do."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shimin.kernel.roles import ensure_roles


class Command(BaseCommand):
    help = "Make the database roles and set their passwords (idempotent)"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and set the passwords of this installation's keys."""
        ensure_roles()
