"""Prove the audit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shimin.kernel.audit.verification import verify


class Command(BaseCommand):
    """``audit verify [--month 2026-11]``: names changed, missing and inserted rows; exit status 1 then."""

    help = "Prove that no audit row was changed, removed or slipped in"

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("verify", help="check MACs and seals")
        check.add_argument("--month", type=_month, help="only this month, as 2026-11")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for fault in verify(options["month"]):
            faults += 1
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"the audit has {faults} fault{'s' if faults > 1 else ''}", returncode=1)
        self.stdout.write("the audit is as it was written")


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
