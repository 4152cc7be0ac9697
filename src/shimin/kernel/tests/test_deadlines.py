from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shimin.kernel.calendar.deadlines import (
    Clock,
    ClockRunning,
    ClockStopped,
    Deadline,
    DeadlinePassed,
    ReasonMissing,
    Unit,
)
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.tests.test_calendar import CHINA as CALENDAR


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due(clock: Clock) -> datetime:
    instant = clock.due_at(CALENDAR)
    assert instant is not None
    return instant


WORK_5 = Deadline(5, Unit.WORKDAY)
starts = st.builds(datetime.combine, st.dates(date(2015, 1, 2), date(2026, 6, 30)), st.times(), st.just(CHINA))
amounts = st.integers(1, 40)
units = st.sampled_from(Unit)


@pytest.mark.parametrize(
    ("deadline", "start", "expected"),
    [
        (WORK_5, "2026-11-16 09:00", "2026-11-24 00:00"),  # Monday: 17, 18, 19, 20, 23 November
        (WORK_5, "2026-11-16 23:59", "2026-11-24 00:00"),  # the day of receipt does not count, whatever the hour
        (WORK_5, "2026-09-30 10:00", "2026-10-14 00:00"),  # 1–7 October off; 8, 9, 10 (make-up), 12, 13
        (Deadline(1, Unit.WORKDAY), "2026-11-20 17:00", "2026-11-24 00:00"),  # Friday to Monday
        (Deadline(20, Unit.WORKDAY), "2026-02-02 08:00", "2026-03-07 00:00"),  # over the Spring Festival
        (Deadline(15, Unit.CALENDAR_DAY), "2026-11-22 12:00", "2026-12-08 00:00"),
        (Deadline(0, Unit.WORKDAY), "2026-11-22 12:00", "2026-11-23 00:00"),  # 即办: the same day
        (Deadline(2, Unit.HOUR), "2026-11-22 23:30", "2026-11-23 01:30"),
        (Deadline(24, Unit.HOUR), "2026-10-01 08:00", "2026-10-02 08:00"),  # hours know no holidays
    ],
)
def test_is_due_at_the_end_of_the_last_day(deadline, start, expected):
    assert deadline.due_at(at(start), CALENDAR) == at(expected)


def test_the_day_of_receipt_is_chinas():
    utc_evening = datetime.fromisoformat("2026-11-16T17:00:00+00:00")  # the 17th in China
    assert Deadline(1, Unit.CALENDAR_DAY).due_at(utc_evening, CALENDAR) == at("2026-11-19 00:00")


def test_days_stopped_over_their_end_do_not_count():
    clock = Clock(WORK_5, at("2026-11-16 09:00"))
    stopped = clock.stop(at=at("2026-11-18 10:00"), reason="补正告知")
    assert stopped.due_at(CALENDAR) is None
    assert not stopped.is_running
    resumed = stopped.resume(at=at("2026-11-20 09:00"), reason="材料已补齐")
    assert due(resumed) == at("2026-11-26 00:00")  # 17, 20, 23, 24, 25: the 18th and 19th ended standing


def test_a_stop_within_one_day_costs_nothing():
    clock = Clock(WORK_5, at("2026-11-16 09:00"))
    stopped = clock.stop(at=at("2026-11-18 10:00"), reason="补正告知").resume(
        at=at("2026-11-18 15:00"), reason="已补齐"
    )
    assert due(stopped) == due(clock)


def test_a_stop_after_the_deadline_does_not_undo_it():
    clock = Clock(WORK_5, at("2026-11-16 09:00")).stop(at=at("2026-11-25 10:00"), reason="专家评审")
    assert clock.due_at(CALENDAR) == at("2026-11-24 00:00")


def test_hours_stop_to_the_minute():
    clock = Clock(Deadline(24, Unit.HOUR), at("2026-11-16 09:00")).stop(at=at("2026-11-16 10:30"), reason="等待来电")
    assert clock.due_at(CALENDAR) is None
    assert due(clock.resume(at=at("2026-11-16 12:00"), reason="已回电")) == at("2026-11-17 10:30")


def test_an_extension_counts_in_the_deadlines_own_unit():
    clock = Clock(Deadline(20, Unit.WORKDAY), at("2026-11-16 09:00"))
    extended = clock.extend(10, at=at("2026-12-10 09:00"), reason="情况复杂，经负责人批准", calendar=CALENDAR)
    assert extended.amount == 30
    assert due(extended) == Deadline(30, Unit.WORKDAY).due_at(at("2026-11-16 09:00"), CALENDAR)


def test_an_extension_after_the_deadline_is_refused():
    clock = Clock(WORK_5, at("2026-11-16 09:00"))
    clock.extend(5, at=at("2026-11-23 23:59"), reason="批准", calendar=CALENDAR)
    with pytest.raises(DeadlinePassed):
        clock.extend(5, at=at("2026-11-24 00:00"), reason="批准", calendar=CALENDAR)


def test_refuses_acts_that_make_no_sense():
    clock = Clock(WORK_5, at("2026-11-16 09:00"))
    with pytest.raises(ClockRunning):
        clock.resume(at=at("2026-11-17 09:00"), reason="x")
    stopped = clock.stop(at=at("2026-11-17 09:00"), reason="补正")
    with pytest.raises(ClockStopped):
        stopped.stop(at=at("2026-11-18 09:00"), reason="补正")
    with pytest.raises(ReasonMissing):
        stopped.resume(at=at("2026-11-18 09:00"), reason="  ")
    with pytest.raises(ValueError, match="forward"):
        stopped.resume(at=at("2026-11-16 10:00"), reason="早于暂停")
    with pytest.raises(ValueError, match="adds"):
        clock.extend(0, at=at("2026-11-17 09:00"), reason="x", calendar=CALENDAR)
    with pytest.raises(ValueError, match="negative"):
        Deadline(-1, Unit.HOUR)


def test_every_change_keeps_its_reason_and_author():
    clock = Clock(WORK_5, at("2026-11-16 09:00")).stop(at=at("2026-11-17 09:00"), reason="补正告知", by=7)
    assert [(change.reason, change.by) for change in clock.history] == [("补正告知", 7)]


def test_says_how_much_is_used():
    clock = Clock(WORK_5, at("2026-11-16 09:00"))
    assert clock.used_at(at("2026-11-16 18:00"), CALENDAR) == 0
    assert clock.used_at(at("2026-11-19 00:00"), CALENDAR) == 2
    assert clock.used_at(at("2026-11-22 12:00"), CALENDAR) == 4
    hours = Clock(Deadline(24, Unit.HOUR), at("2026-11-16 09:00"))
    assert hours.used_at(at("2026-11-16 11:01"), CALENDAR) == 3
    assert hours.stop(at=at("2026-11-16 10:00"), reason="x").used_at(at("2026-11-16 20:00"), CALENDAR) == 1


@given(
    start=starts,
    amount=amounts,
    unit=units,
    stops=st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200)), max_size=4),
)
def test_survives_json_and_stops_only_postpone(start, amount, unit, stops):
    clock = Clock(Deadline(amount, unit), start)
    plain, moment = due(clock), start
    for before, length in stops:
        moment += timedelta(hours=before)
        clock = clock.stop(at=moment, reason="补正")
        moment += timedelta(hours=length)
        clock = clock.resume(at=moment, reason="补齐")
    assert Clock.from_json(json.loads(json.dumps(clock.to_json()))) == clock
    postponed = due(clock)
    assert plain <= postponed <= plain + sum((timedelta(hours=length + 24 * 12) for _, length in stops), timedelta())


@given(start=starts, amount=amounts)
def test_working_days_are_the_calendars(start, amount):
    last_day = local_date(due(Clock(Deadline(amount, Unit.WORKDAY), start)) - timedelta(seconds=1))
    assert last_day == CALENDAR.add_working_days(local_date(start), amount)


@given(start=starts, amount=amounts, unit=units)
def test_is_used_up_exactly_when_due(start, amount, unit):
    clock = Clock(Deadline(amount, unit), start)
    instant = due(clock)
    assert clock.used_at(instant, CALENDAR) == amount
    assert clock.used_at(instant - timedelta(hours=1, seconds=1), CALENDAR) < amount


@given(start=starts, amount=amounts, unit=units, stop=st.integers(0, 24 * 60), length=st.integers(0, 24 * 30))
def test_a_standing_clock_is_never_due_later(start, amount, unit, stop, length):
    clock = Clock(Deadline(amount, unit), start)
    stopped_at = start + timedelta(hours=stop)
    assume(stopped_at < due(clock))
    stopped = clock.stop(at=stopped_at, reason="补正")
    resumed = stopped.resume(at=stopped_at + timedelta(hours=length), reason="补齐")
    assert due(resumed) >= due(clock)
    if unit is Unit.HOUR:
        assert stopped.due_at(CALENDAR) is None
        assert due(resumed) == due(clock) + timedelta(hours=length)


def test_is_due_in_an_unknown_year_without_breaking():
    instant = Deadline(20, Unit.WORKDAY).due_at(at("2026-12-20 09:00"), CALENDAR)
    assert instant.year == 2027
    assert CALENDAR.warning_for(date(2026, 12, 20), local_date(instant)) is not None
