"""The keys that other systems check sign-ins by: list them, or make the next ones now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shimin.capabilities.sign_on.public import list_signing_keys, rotate
from shimin.kernel import clock


class Command(BaseCommand):
    """``manage signing_keys list|rotate``; the worker rotates every three months by itself."""

    help = "Keys of id tokens: list them, or rotate them now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two actions."""
        parser.add_argument("action", choices=["list", "rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the action and show the keys."""
        now = clock.now()
        if options["action"] == "rotate":
            made = rotate(now, only_due=False)
            self.stdout.write(
                f"{made} made" if made else "nothing made: the next keys are published and do not sign yet"
            )
        for key in list_signing_keys(now):
            until = f" until {key.signs_until:%Y-%m-%d %H:%M}" if key.signs_until else ""
            gone = f", published until {key.published_until:%Y-%m-%d %H:%M}" if key.published_until else ""
            self.stdout.write(
                f"{key.kid}  {key.algorithm}  signs from {key.signs_from:%Y-%m-%d %H:%M}{until}{gone} (UTC)"
            )
