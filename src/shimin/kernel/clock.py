"""The one place that reads the wall clock; everything else is given ``now``."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the current instant, timezone-aware."""
    return timezone.now()


def local_date(instant: datetime) -> date:
    """Return the calendar day in China at ``instant`` (aware)."""
    return instant.astimezone(CHINA).date()
