from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel import calendar
from shimin.kernel.calendar import (
    HOLIDAYS,
    CalendarWarning,
    DayKind,
    WorkingCalendar,
    set_day,
    working_calendar,
    working_days,
)
from shimin.kernel.errors import Forbidden
from shimin.kernel.models import AuditRecord, CalendarDay
from shimin.kernel.testing import citizen, count_statements, officer

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EDITOR = officer(calendar.EDITOR_ROLE)


def published() -> WorkingCalendar:
    with HOLIDAYS.open(encoding="utf-8", newline="") as file:
        return WorkingCalendar({date.fromisoformat(r["date"]): DayKind(r["kind"]) for r in csv.DictReader(file)})


CHINA = published()
days = st.dates(date(2015, 1, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def _fresh_cache():
    working_days._cache.forget()
    yield
    working_days._cache.forget()


def test_every_day_of_twelve_years_is_as_chinesecalendar_says():
    day, wrong = date(2015, 1, 1), []
    while day.year < 2027:
        if CHINA.is_working_day(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@given(start=days, count=st.integers(-60, 60))
def test_adding_and_counting_working_days_agree(start, count):
    end = CHINA.add_working_days(start, count)
    if count:
        assert CHINA.is_working_day(end)
    assert CHINA.working_days_between(start, end) == (count if count >= 0 else -abs(counted_back(start, end)))


def counted_back(start: date, end: date) -> int:
    return sum(CHINA.is_working_day(end + timedelta(days=n)) for n in range(1, (start - end).days + 1))


@given(first=days, second=days, third=days)
def test_counting_adds_up(first, second, third):
    between = CHINA.working_days_between
    assert between(first, third) == between(first, second) + between(second, third)


@given(start=st.dates(date(2015, 1, 1), date(2026, 10, 1)), count=st.integers(1, 30))
def test_adding_is_the_oracles_nth_workday(start, count):
    expected = [
        d for d in (start + timedelta(days=n) for n in range(1, 90)) if d.year < 2027 and chinese_calendar.is_workday(d)
    ]
    if len(expected) >= count:
        assert CHINA.add_working_days(start, count) == expected[count - 1]


def test_an_unknown_year_rests_at_weekends_and_says_so():
    working_days._warned_years.clear()
    assert CHINA.known_until == date(2026, 12, 31)
    assert CHINA.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert not CHINA.is_working_day(date(2027, 1, 2))
    with structlog.testing.capture_logs() as lines:
        warning = CHINA.warning_for(date(2026, 12, 31), date(2027, 1, 4))
        CHINA.warning_for(date(2027, 2, 1))
    assert warning == CalendarWarning(2027)
    assert warning.text == "2027年的节假日安排尚未公布，按周末休息计算"
    assert [line["year"] for line in lines] == [2027]
    assert CHINA.warning_for(date(2026, 12, 31)) is None


def test_days_of_new_year_in_an_older_list_do_not_make_the_year_known():
    early = WorkingCalendar({date(2026, 10, 1): DayKind.REST, date(2027, 1, 1): DayKind.REST})
    assert early.known_years == {2026}
    assert not early.is_working_day(date(2027, 1, 1))


def test_an_empty_calendar_is_the_plain_week():
    plain = WorkingCalendar({})
    assert plain.known_until is None
    assert plain.add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)


def test_loads_the_published_days_once(db):
    assert calendar.load_reference(now=NOW) > 400
    assert calendar.load_reference(now=NOW) == 0
    assert not working_calendar().is_working_day(date(2026, 10, 1))
    assert working_calendar().is_working_day(date(2026, 10, 10))


def test_loading_keeps_what_staff_changed(db):
    calendar.load_reference(now=NOW)
    set_day(actor=EDITOR, day=date(2026, 10, 10), kind=DayKind.REST, name="本市调休", now=NOW)
    calendar.load_reference(now=NOW)
    assert not working_calendar().is_working_day(date(2026, 10, 10))


def test_an_edit_shows_at_once_and_is_audited(db):
    set_day(actor=EDITOR, day=date(2027, 1, 1), kind=DayKind.REST, name="元旦", now=NOW)
    assert not working_calendar().is_working_day(date(2027, 1, 1))
    set_day(actor=EDITOR, day=date(2027, 1, 1), kind=None, name="", now=NOW)
    assert working_calendar().is_working_day(date(2027, 1, 1))
    assert AuditRecord.objects.filter(action="kernel.calendar_day_set", target_id=20270101).count() == 2


@pytest.mark.parametrize("actor", [citizen(), officer("catalogue.editor")])
def test_only_editors_may_change_it(db, actor):
    with pytest.raises(Forbidden):
        set_day(actor=actor, day=date(2027, 1, 1), kind=DayKind.REST, name="元旦", now=NOW)
    assert not CalendarDay.objects.filter(date=date(2027, 1, 1)).exists()


def test_asks_the_database_once_a_minute_and_notices_other_processes_edits(db, monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr("shimin.kernel.calendar.working_days.time.monotonic", lambda: moment[0])
    working_calendar()
    CalendarDay.objects.create(date=date(2027, 1, 4), day_kind="rest", name="", changed_at=NOW)  # another process
    with count_statements() as seen:
        assert working_calendar().is_working_day(date(2027, 1, 4))
    assert seen.count == 0
    moment[0] += 61
    assert not working_calendar().is_working_day(date(2027, 1, 4))
    moment[0] += 61
    with count_statements() as seen:
        working_calendar()
    assert seen.count == 1
