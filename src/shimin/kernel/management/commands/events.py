"""Look at the outbox and mend what is stuck."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from shimin.kernel.clock import CHINA
from shimin.kernel.events import dead_letters, registry


class Command(BaseCommand):
    """``events list | dead | retry | replay``; see docs/adr/0003."""

    help = "Show undelivered and dead events, try dead ones again, replay delivered ones"

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("list", help="undelivered events by name")
        commands.add_parser("dead", help="events that failed too often")
        retry = commands.add_parser("retry", help="deliver dead events again")
        retry.add_argument("ids", nargs="*", type=int)
        retry.add_argument("--all", action="store_true")
        replay = commands.add_parser("replay", help="deliver events again to all their subscribers")
        replay.add_argument("name")
        replay.add_argument("--since", required=True, type=_day, help="first day, as 2026-11-01")
        replay.add_argument("--until", required=True, type=_day, help="day after the last")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['command']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        backlog = dead_letters.list_backlog()
        for line in backlog:
            oldest = line.oldest_at.isoformat() if line.oldest_at else "-"
            self.stdout.write(
                f"{line.name}: {line.waiting} waiting, {line.failing} failing, {line.dead} dead, oldest {oldest}"
            )
        if not backlog:
            self.stdout.write("every event is delivered")

    def _dead(self, options: dict[str, Any]) -> None:
        dead = dead_letters.list_dead()
        for event in dead:
            self.stdout.write(
                f"{event.id} {event.name} of {event.aggregate} {event.aggregate_id}, "
                f"{event.occurred_at.isoformat()}, {event.attempts} attempts, {event.last_error}"
            )
        if not dead:
            self.stdout.write("no event is dead")

    def _retry(self, options: dict[str, Any]) -> None:
        if bool(options["ids"]) == options["all"]:
            raise CommandError("name the events (see `events dead`) or say --all")
        count = dead_letters.retry_dead(options["ids"] or None)
        self.stdout.write(f"{count} to be delivered again")

    def _replay(self, options: dict[str, Any]) -> None:
        if options["name"] not in registry.types:
            raise CommandError(f"no event is called {options['name']!r}: {', '.join(sorted(registry.types))}")
        count = dead_letters.replay(name=options["name"], since=options["since"], until=options["until"])
        self.stdout.write(f"{count} to be delivered again")


def _day(text: str) -> datetime:
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
