"""Fill the demo city: accounts of residents and officers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shimin.capabilities.identity.public import NotADemo
from shimin.kernel import clock
from shimin.project.demo_city import settle


class Command(BaseCommand):
    """``manage demo_data``: idempotent; what is there stays as it is."""

    help = "Make the accounts of the demo city (only with SHIMIN_DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle the demo's people."""
        try:
            citizens, officers = settle(clock.now())
        except NotADemo as refused:
            raise CommandError(f"{refused.message}{refused.mend}") from refused
        self.stdout.write(f"demo accounts: {citizens} citizens and {officers} officers made")
