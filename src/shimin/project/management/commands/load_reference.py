"""Load what every installation shares: regions, the first synonyms, the State Council's calendar."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shimin.capabilities.catalogue import public as catalogue
from shimin.kernel import calendar, clock


class Command(BaseCommand):
    """``manage load_reference``: idempotent; what staff changed stays."""

    help = "Load regions, synonyms and the working calendar from the files that come with the program."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each list and tell how long it is."""
        now = clock.now()
        loaded = catalogue.load_reference(now=now)
        days = calendar.load_reference(now=now)
        self.stdout.write(f"{loaded.regions} regions, {loaded.synonyms} synonyms, {days} new calendar days")
