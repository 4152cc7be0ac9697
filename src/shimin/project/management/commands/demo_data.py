"""Fill the demo city: accounts of residents and officers, and a few requests of theirs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shimin.capabilities.identity.public import NotADemo
from shimin.capabilities.indicators.public import provide_demo_polls, publish_demo_editions
from shimin.kernel import clock
from shimin.project.demo_city import accounts, settle
from shimin.project.demo_places import take_demo_places
from shimin.project.demo_requests import file_demo_requests


class Command(BaseCommand):
    """``manage demo_data``: idempotent; what is there stays as it is."""

    help = "Make the accounts and requests of the demo city (only with SHIMIN_DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle the demo's people."""
        try:
            citizens, officers = settle(clock.now())
            requests = file_demo_requests(clock.now())
        except NotADemo as refused:
            raise CommandError(f"{refused.message}{refused.mend}") from refused
        self.stdout.write(f"demo accounts: {citizens} citizens and {officers} officers made, {requests} requests filed")
        polls = provide_demo_polls(accounts()["officers"]["region"], clock.now())
        self.stdout.write(f"demo places: {take_demo_places(clock.now())} there")
        self.stdout.write(f"demo polls: {polls} made")
        self.stdout.write(f"demo editions of the city index: {publish_demo_editions(clock.now())}")
