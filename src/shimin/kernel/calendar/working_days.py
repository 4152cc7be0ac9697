"""Working days as the State Council orders them each year: a plain week, days off and make-up days.

The list of a year appears in the November before. Until then its weekends rest, its other days work, and whoever shows
a date of that year says so (``CalendarWarning``): nothing stops because a list is late.
"""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog
from django.db import connection

from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden
from shimin.kernel.models import CalendarDay

EDITOR_ROLE = "kernel.calendar_editor"
HOLIDAYS = Path(__file__).with_name("data") / "holidays.csv"
CACHE_SECONDS = 60.0
_SATURDAY = 5
log = structlog.get_logger("shimin.calendar")
_warned_years: set[int] = set()


class DayKind(StrEnum):
    """How a listed day departs from the plain week."""

    REST = "rest"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class CalendarWarning:
    """The list of ``year`` is not known yet, so dates in it may move."""

    year: int

    @property
    def text(self) -> str:
        return f"{self.year}年的节假日安排尚未公布，按周末休息计算"


class WorkingCalendar:
    """Which days are worked. Pure: made of the listed days, and never changed."""

    def __init__(self, days: Mapping[date, DayKind]) -> None:
        self._days = dict(days)
        # National Day is in every year's list; days of New Year may be in the list of the year before.
        self.known_years = frozenset(day.year for day in self._days if (day.month, day.day) == (10, 1))

    @property
    def known_until(self) -> date | None:
        """The last day of the last year whose list is known."""
        return date(max(self.known_years), 12, 31) if self.known_years else None

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on ``day``."""
        kind = self._days.get(day)
        return kind is DayKind.WORK if kind is not None else day.weekday() < _SATURDAY

    def add_working_days(self, start: date, count: int) -> date:
        """Return the working day ``count`` working days after ``start`` (before it, if negative; 0: ``start``)."""
        step = timedelta(days=1 if count >= 0 else -1)
        day, left = start, abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days follow ``start`` up to and with ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def warning_for(self, *days: date) -> CalendarWarning | None:
        """Return the warning to show beside ``days``, for the earliest year whose list is not known."""
        unknown = {day.year for day in days} - self.known_years
        if not unknown:
            return None
        year = min(unknown)
        if (
            year not in _warned_years
        ):  # once per process: the operators should enter the list, not read about it all day
            _warned_years.add(year)
            log.warning("calendar.year_unknown", year=year)
        return CalendarWarning(year)


class _Cache:
    """The calendar of the database, looked at again once a minute and read again when it changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._calendar: WorkingCalendar | None = None
        self._version: tuple[int, datetime | None] | None = None
        self._look_at = 0.0

    def get(self) -> WorkingCalendar:
        with self._lock:
            if self._calendar is None or time.monotonic() >= self._look_at:
                version = _version()
                if self._calendar is None or version != self._version:
                    self._calendar, self._version = _read(), version
                self._look_at = time.monotonic() + CACHE_SECONDS
            return self._calendar


_cache = _Cache()


def working_calendar() -> WorkingCalendar:
    """Return the calendar as staff keep it; an edit is seen by all processes within a minute."""
    return _cache.get()


def set_day(*, actor: Actor, day: date, kind: DayKind | None, name: str, now: datetime) -> None:
    """Say that ``day`` is off or worked, or (None) that it follows the plain week again.

    No event follows: calendars are read, not subscribed to.

    Raises:
        Forbidden: the actor is not a calendar editor.
    """
    with scope(actor):
        if not actor.has_role(EDITOR_ROLE):
            raise Forbidden
        CalendarDay.objects.filter(date=day).delete()
        if kind is not None:
            CalendarDay.objects.create(date=day, day_kind=kind.value, name=name, changed_at=now)
        audit.record(
            actor=actor,
            action="kernel.calendar_day_set",
            target="calendar_day",
            target_id=int(f"{day:%Y%m%d}"),
            now=now,
            details={"kind": kind.value if kind else "plain", "name": name},
        )
    _cache.forget()


def load_reference(*, now: datetime, path: Path = HOLIDAYS) -> int:
    """Add the published days that the table lacks and return how many; days that staff changed stay as they are."""
    with path.open(encoding="utf-8", newline="") as file:
        days = [
            CalendarDay(date=row["date"], day_kind=DayKind(row["kind"]).value, name=row["name"], changed_at=now)
            for row in csv.DictReader(file)
        ]
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    _cache.forget()
    return CalendarDay.objects.count() - before


def _version() -> tuple[int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(changed_at) FROM kernel_calendar_day")
        count, changed_at = cursor.fetchone()
    return count, changed_at


def _read() -> WorkingCalendar:
    rows = CalendarDay.objects.values_list("date", "day_kind")
    return WorkingCalendar({day: DayKind(kind) for day, kind in rows})
