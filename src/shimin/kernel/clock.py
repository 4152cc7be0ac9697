"""The one place that reads the wall clock; everything else is given ``now``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

CHINA = ZoneInfo("Asia/Shanghai")
_replayed: ContextVar[datetime | None] = ContextVar("shimin_replayed_clock", default=None)


def now() -> datetime:
    """Return the current instant, timezone-aware."""
    return _replayed.get() or timezone.now()


@contextmanager
def replayed(instant: datetime) -> Iterator[None]:
    """Let the block believe that it is ``instant``: for replays of what was long ago, never while serving."""
    token = _replayed.set(instant)
    try:
        yield
    finally:
        _replayed.reset(token)


def local_date(instant: datetime) -> date:
    """Return the calendar day in China at ``instant`` (aware)."""
    return instant.astimezone(CHINA).date()
