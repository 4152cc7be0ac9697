"""Deadlines and the clocks that run towards them (design: The clock). Pure: calendars and instants are passed in.

A day deadline is due at 24:00 in China of its last day. The day of receipt does not count; a later day counts if the
clock runs at its end, and, for working days, if it is one. An hour is an hour of wall time while the clock runs.

Source: 行政许可法 32, 42, 45, 82; 电子监察 practice (domain.md §1.5–1.6).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from shimin.kernel.calendar import WorkingCalendar
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.errors import Conflict, InvalidInput


class Unit(StrEnum):
    """What a deadline counts."""

    WORKDAY = "workday"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"


class ChangeKind(StrEnum):
    """What was done to a clock."""

    STOP = "stop"
    RESUME = "resume"
    EXTEND = "extend"


class ClockStopped(Conflict):
    """The clock stands still already."""

    code = "clock_stopped"
    message = "计时已经暂停。"


class ClockRunning(Conflict):
    """The clock runs already."""

    code = "clock_running"
    message = "计时正在进行，没有暂停。"


class DeadlinePassed(Conflict):
    """An extension must be approved before the deadline."""

    code = "deadline_passed"
    message = "期限已过，不能再延长。"
    mend = "请按超期处理，并说明原因。"


class ReasonMissing(InvalidInput):
    """Every change of a clock says why."""

    code = "reason_missing"
    message = "请说明理由。"


@dataclass(frozen=True, slots=True)
class Deadline:
    """So much time in a unit, by a calendar ("CN" is the State Council's)."""

    amount: int
    unit: Unit
    calendar: str = "CN"

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a deadline cannot be negative")

    def due_at(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """Return when it is due for a clock that starts at ``start`` and never stops."""
        due = Clock(self, start).due_at(calendar)
        assert due is not None
        return due


@dataclass(frozen=True, slots=True)
class Change:
    """One act on a clock. ``by`` is an account's id; ``amount`` is what an extension added, in the deadline's unit."""

    kind: ChangeKind
    at: datetime
    reason: str
    by: int | None = None
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline that runs since ``started_at``, with all that was done to it. Never changed: acts return a new one."""

    deadline: Deadline
    started_at: datetime
    history: tuple[Change, ...] = field(default=())

    @property
    def is_running(self) -> bool:
        return not self.history or self._last_switch() is not ChangeKind.STOP

    @property
    def amount(self) -> int:
        """The deadline's amount with all extensions."""
        return self.deadline.amount + sum(change.amount for change in self.history)

    def stop(self, *, at: datetime, reason: str, by: int | None = None) -> Clock:
        """Let time stand still, for 补正 or 特别程序.

        Raises:
            ClockStopped, ReasonMissing.
        """
        if not self.is_running:
            raise ClockStopped
        return self._with(Change(ChangeKind.STOP, at, reason, by))

    def resume(self, *, at: datetime, reason: str, by: int | None = None) -> Clock:
        """Let time run on.

        Raises:
            ClockRunning, ReasonMissing.
        """
        if self.is_running:
            raise ClockRunning
        return self._with(Change(ChangeKind.RESUME, at, reason, by))

    def extend(
        self, amount: int, *, at: datetime, reason: str, calendar: WorkingCalendar, by: int | None = None
    ) -> Clock:
        """Add ``amount`` of the deadline's unit, approved before it is due.

        Raises:
            DeadlinePassed, ReasonMissing.
            ValueError: the amount is not positive.
        """
        if amount <= 0:
            raise ValueError("an extension adds time")
        due = self.due_at(calendar)
        if due is not None and at >= due:
            raise DeadlinePassed
        return self._with(Change(ChangeKind.EXTEND, at, reason, by, amount))

    def due_at(self, calendar: WorkingCalendar) -> datetime | None:
        """Return the instant at which time is up, aware, in China's zone; None while the clock stands still."""
        if self.deadline.unit is Unit.HOUR:
            return self._due_after_hours()
        if self.amount == 0:
            return _end_of(local_date(self.started_at))
        counted = 0
        for day in self._days():
            counted += self._counts(day, calendar)
            if counted == self.amount:
                return _end_of(day)
        return None

    def used_at(self, instant: datetime, calendar: WorkingCalendar) -> int:
        """Return how much is used up at ``instant``, in whole units: days that have ended, hours that have begun."""
        if self.deadline.unit is Unit.HOUR:
            running = sum(
                (max(timedelta(), min(end, instant) - start) for start, end in self._runs(instant)), timedelta()
            )
            return math.ceil(running / timedelta(hours=1))
        used = 0
        for day in self._days():
            if _end_of(day) > instant:
                break
            used += self._counts(day, calendar)
        return used

    def to_json(self) -> dict[str, Any]:
        """Return the clock as JSON values."""
        return {
            "amount": self.deadline.amount,
            "unit": self.deadline.unit.value,
            "calendar": self.deadline.calendar,
            "started_at": self.started_at.isoformat(),
            "history": [
                {"kind": c.kind.value, "at": c.at.isoformat(), "reason": c.reason, "by": c.by, "amount": c.amount}
                for c in self.history
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Clock:
        """Rebuild what ``to_json`` wrote."""
        history = tuple(
            Change(ChangeKind(c["kind"]), datetime.fromisoformat(c["at"]), c["reason"], c["by"], c["amount"])
            for c in data["history"]
        )
        deadline = Deadline(data["amount"], Unit(data["unit"]), data["calendar"])
        return cls(deadline, datetime.fromisoformat(data["started_at"]), history)

    def _with(self, change: Change) -> Clock:
        if not change.reason.strip():
            raise ReasonMissing
        if change.at < (self.history[-1].at if self.history else self.started_at):
            raise ValueError("a clock's history goes forward")
        return replace(self, history=(*self.history, change))

    def _last_switch(self) -> ChangeKind | None:
        return next((c.kind for c in reversed(self.history) if c.kind is not ChangeKind.EXTEND), None)

    def _stops(self) -> list[tuple[datetime, datetime | None]]:
        """Return the times of standstill, the last one open (None) while the clock stands."""
        stops: list[tuple[datetime, datetime | None]] = []
        for change in self.history:
            if change.kind is ChangeKind.STOP:
                stops.append((change.at, None))
            elif change.kind is ChangeKind.RESUME:
                stops[-1] = (stops[-1][0], change.at)
        return stops

    def _days(self) -> Iterator[date]:
        """Yield the days after receipt; ends where a clock that stands for good would make it endless."""
        stops = self._stops()
        stands_since = stops[-1][0] if stops and stops[-1][1] is None else None
        day = local_date(self.started_at)
        while stands_since is None or _end_of(day) < stands_since:
            day += timedelta(days=1)
            yield day

    def _counts(self, day: date, calendar: WorkingCalendar) -> bool:
        if self.deadline.unit is Unit.WORKDAY and not calendar.is_working_day(day):
            return False
        end = _end_of(day)
        return not any(start < end and (resumed is None or end <= resumed) for start, resumed in self._stops())

    def _runs(self, until: datetime) -> list[tuple[datetime, datetime]]:
        """Return the times of running up to ``until``."""
        runs, start = [], self.started_at
        for stopped, resumed in self._stops():
            runs.append((start, stopped))
            if resumed is None:
                return runs
            start = resumed
        return [*runs, (start, max(start, until))]

    def _due_after_hours(self) -> datetime | None:
        left = timedelta(hours=self.amount)
        start: datetime | None = self.started_at
        for stopped, resumed in self._stops():
            assert start is not None
            if start + left <= stopped:
                break
            left -= stopped - start
            start = resumed
        return (start + left).astimezone(CHINA) if start is not None else None


def _end_of(day: date) -> datetime:
    """Return 24:00 of ``day`` in China."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=CHINA)
