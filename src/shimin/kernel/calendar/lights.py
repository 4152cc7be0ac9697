"""Lights of supervision (电子监察): how a matter stands against its deadline, by rules that are data.

A rule has its own unit: "+1" means one of it. Days turn at 24:00 in China, working days by the yearly list; an hour
is an hour. A limit is passed when it is reached: a second after it is late.

Source: 电子监察 practice (domain.md §1.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from shimin.kernel.calendar.deadlines import Unit
from shimin.kernel.calendar.working_days import WorkingCalendar
from shimin.kernel.clock import CHINA, local_date

_INSTANT = timedelta(microseconds=1)


class Light(StrEnum):
    """How a matter stands. ``STILL``: its clock does not run, so nothing comes nearer."""

    NORMAL = "normal"
    WARNING = "warning"
    YELLOW = "yellow"
    RED = "red"
    STILL = "still"


LIGHT_WORDS = {
    Light.NORMAL: "正常",
    Light.WARNING: "快到期",
    Light.YELLOW: "黄牌",
    Light.RED: "红牌",
    Light.STILL: "计时暂停",
}


@dataclass(frozen=True, slots=True)
class LightRule:
    """When the lights change, in ``unit`` before and after the deadline; red is never before yellow."""

    unit: Unit
    warn_before: int
    yellow_after: int
    red_after: int

    def __post_init__(self) -> None:
        if min(self.warn_before, self.yellow_after, self.red_after) < 0 or self.red_after < self.yellow_after:
            raise ValueError("a rule counts forward, and red comes after yellow")

    def light_at(
        self,
        instant: datetime,
        *,
        due_at: datetime,
        calendar: WorkingCalendar,
        is_running: bool = True,
        ended_at: datetime | None = None,
    ) -> Light:
        """Return the light at ``instant`` of a matter due at ``due_at``; an ended one keeps the light it ended with."""
        if ended_at is not None:
            instant = ended_at
        elif not is_running:
            return Light.STILL
        if instant >= self.turns_red_at(due_at, calendar):
            return Light.RED
        if instant >= self.turns_yellow_at(due_at, calendar):
            return Light.YELLOW
        # Who ended in time was in time, however near it was.
        is_near = instant >= self.warns_at(due_at, calendar) and ended_at is None
        return Light.WARNING if is_near else Light.NORMAL

    def warns_at(self, due_at: datetime, calendar: WorkingCalendar) -> datetime:
        """Return when the warning comes on."""
        return moved(due_at, -self.warn_before, self.unit, calendar)

    def turns_yellow_at(self, due_at: datetime, calendar: WorkingCalendar) -> datetime:
        """Return when the yellow card comes."""
        return moved(due_at, self.yellow_after, self.unit, calendar)

    def turns_red_at(self, due_at: datetime, calendar: WorkingCalendar) -> datetime:
        """Return when the red card comes."""
        return moved(due_at, self.red_after, self.unit, calendar)


def moved(due_at: datetime, amount: int, unit: Unit, calendar: WorkingCalendar) -> datetime:
    """Return the instant ``amount`` units after ``due_at`` (before it, if negative); by days: 24:00 of that day."""
    if amount == 0:
        return due_at
    if unit is Unit.HOUR:
        return due_at + timedelta(hours=amount)
    day = local_date(due_at - _INSTANT)  # 24:00 belongs to the day it ends
    if unit is Unit.WORKDAY:
        day = calendar.add_working_days(day, amount)
    else:
        day += timedelta(days=amount)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=CHINA)
