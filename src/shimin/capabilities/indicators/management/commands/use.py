"""``use rebuild``: count use anew from the events that are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.capabilities.indicators.public import rebuild_use
from shimin.capabilities.indicators.subscriptions import on_use
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.events.relay import name_of


class Command(BaseCommand):
    """Counts of use are a fold over the events; this folds again."""

    help = "Count use anew from the events that are kept (rebuild --since DAY --until DAY)."

    def add_arguments(self, parser: CommandParser) -> None:
        rebuild = parser.add_subparsers(dest="verb", required=True).add_parser("rebuild", help="count anew")
        rebuild.add_argument("--since", type=date.fromisoformat, required=True, help="first day, as 2026-11-01")
        rebuild.add_argument("--until", type=date.fromisoformat, required=True, help="day after the last")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say from how many events."""
        try:
            events = rebuild_use(
                handler=name_of(on_use), since=options["since"], until=options["until"], now=clock.now()
            )
        except DomainError as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"counted anew from {events} events")
