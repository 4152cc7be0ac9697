"""Ten thousand random timelines of clocks and lights against an independent reckoning by chinesecalendar."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest

from shimin.kernel.calendar.deadlines import Clock, Deadline, DeadlinePassed, Unit
from shimin.kernel.calendar.lights import Light, LightRule
from shimin.kernel.clock import CHINA
from shimin.kernel.tests.test_calendar import CHINA as CALENDAR

TIMELINES = 10_000
RULES = {
    Unit.WORKDAY: LightRule(Unit.WORKDAY, 2, 0, 1),
    Unit.CALENDAR_DAY: LightRule(Unit.CALENDAR_DAY, 2, 1, 5),
    Unit.HOUR: LightRule(Unit.HOUR, 1, 0, 24),
}


def midnight_after(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=CHINA) + timedelta(days=1)


def counts(day: date, unit: Unit) -> bool:
    return unit is Unit.CALENDAR_DAY or chinese_calendar.is_workday(day)


def stands_at(instant: datetime, stops: list[tuple[datetime, datetime | None]]) -> bool:
    return any(start < instant and (end is None or instant <= end) for start, end in stops)


def due_by_days(started: datetime, amount: int, unit: Unit, stops) -> datetime | None:
    """Walk through the days, as somebody with a paper calendar would."""
    day, left = started.astimezone(CHINA).date(), amount
    if amount == 0:
        return midnight_after(day)
    for _ in range(500):
        day += timedelta(days=1)
        if stops and stops[-1][1] is None and stops[-1][0] < midnight_after(day):
            return None  # it stands from then on
        if counts(day, unit) and not stands_at(midnight_after(day), stops):
            left -= 1
            if left == 0:
                return midnight_after(day)
    return None


def due_by_minutes(started: datetime, hours: int, stops) -> datetime | None:
    """Walk through the minutes."""
    left, instant = hours * 60, started
    for _ in range(60 * 24 * 120):
        if left == 0:
            return instant
        instant += timedelta(minutes=1)
        left -= not any(start < instant and (end is None or instant <= end) for start, end in stops)
    return None


def light_by_hand(rule: LightRule, due: datetime, instant: datetime) -> Light:
    def step(amount: int) -> datetime:
        if amount == 0:
            return due
        if rule.unit is Unit.HOUR:
            return due + timedelta(hours=amount)
        day = (due - timedelta(seconds=1)).astimezone(CHINA).date()
        left, way = abs(amount), timedelta(days=1 if amount > 0 else -1)
        while left:
            day += way
            left -= counts(day, rule.unit)
        return midnight_after(day)

    for amount, light in ((rule.red_after, Light.RED), (rule.yellow_after, Light.YELLOW)):
        if not instant < step(amount):
            return light
    return Light.NORMAL if instant < step(-rule.warn_before) else Light.WARNING


def timeline(rng: random.Random, unit: Unit):
    """Return a clock with random stops, resumes and extensions, and the same as plain numbers."""
    started = datetime(rng.randrange(2019, 2025), 1, 1, tzinfo=CHINA) + timedelta(minutes=rng.randrange(500_000))
    amount = rng.randrange(0, 30) if unit is not Unit.HOUR else rng.randrange(1, 72)
    clock, at = Clock(Deadline(amount, unit), started), started
    stops: list[tuple[datetime, datetime | None]] = []
    for _ in range(rng.randrange(0, 5)):
        at += timedelta(minutes=rng.randrange(1, 6_000))
        if rng.random() < 0.3 and clock.is_running:
            extra = rng.randrange(1, 6)
            try:
                clock = clock.extend(extra, at=at, reason="x", calendar=CALENDAR)
            except DeadlinePassed:
                continue
            amount += extra
        elif clock.is_running:
            clock, stops = clock.stop(at=at, reason="x"), [*stops, (at, None)]
        else:
            clock, stops = clock.resume(at=at, reason="x"), [*stops[:-1], (stops[-1][0], at)]
    return clock, started, amount, stops


@pytest.mark.parametrize("unit", list(Unit))
def test_clocks_and_lights_agree_with_the_oracle(unit):
    rng = random.Random(f"20261127 {unit}")
    mismatches: list[tuple[object, ...]] = []
    compared = 0
    share = {Unit.WORKDAY: 0.6, Unit.CALENDAR_DAY: 0.37, Unit.HOUR: 0.03}[unit]  # minutes are many to walk through
    for number in range(round(TIMELINES * share)):
        clock, started, amount, stops = timeline(rng, unit)
        by_hand = (
            due_by_minutes(started, amount, stops) if unit is Unit.HOUR else due_by_days(started, amount, unit, stops)
        )
        due = clock.due_at(CALENDAR)
        compared += 1
        if due != by_hand:
            mismatches.append((number, clock, due, by_hand))
            continue
        if due is None or due.year >= 2026:  # the oracle's list ends
            continue
        instant = due + timedelta(minutes=rng.randrange(-8_000, 12_000))
        light = RULES[unit].light_at(instant, due_at=due, calendar=CALENDAR)
        if light is not light_by_hand(RULES[unit], due, instant):
            mismatches.append((number, clock, instant, light))
    assert compared == round(TIMELINES * share)
    assert mismatches == [], mismatches[:3]


def test_a_limit_is_passed_when_it_is_reached():
    due = datetime(2026, 11, 27, 16, tzinfo=CHINA)
    rule = LightRule(Unit.HOUR, 1, 0, 2)
    seconds = {-3601: Light.NORMAL, -3600: Light.WARNING, -1: Light.WARNING, 0: Light.YELLOW, 7199: Light.YELLOW}
    for offset, light in {**seconds, 7200: Light.RED}.items():
        assert rule.light_at(due + timedelta(seconds=offset), due_at=due, calendar=CALENDAR) is light, offset


def test_an_ended_matter_keeps_its_light_and_a_stopped_one_has_none():
    due = datetime(2026, 11, 28, tzinfo=CHINA)
    rule = LightRule(Unit.WORKDAY, 2, 0, 1)
    later = due + timedelta(days=30)
    in_time, late = due - timedelta(hours=1), due + timedelta(hours=1)
    assert rule.light_at(later, due_at=due, calendar=CALENDAR, ended_at=in_time) is Light.NORMAL
    assert rule.light_at(later, due_at=due, calendar=CALENDAR, ended_at=late) is Light.YELLOW
    assert rule.light_at(later, due_at=due, calendar=CALENDAR, is_running=False) is Light.STILL
    assert rule.light_at(later, due_at=due, calendar=CALENDAR) is Light.RED


@pytest.mark.parametrize("numbers", [(-1, 0, 1), (0, 2, 1), (0, -1, 0)])
def test_a_rule_counts_forward(numbers):
    with pytest.raises(ValueError, match="counts forward"):
        LightRule(Unit.WORKDAY, *numbers)
