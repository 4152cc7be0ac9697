"""The list of holidays says the same as chinesecalendar, and nothing about years that are not announced."""

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

FILE = Path(__file__).parents[2] / "src/shimin/kernel/calendar/data/holidays.csv"
SATURDAY = 5


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == ["date", "kind", "name", "source"]
        return list(reader)


@pytest.fixture(scope="module")
def kinds(rows):
    return {date.fromisoformat(row["date"]): row["kind"] for row in rows}


def test_lists_each_day_once_and_in_order(rows):
    days = [row["date"] for row in rows]
    assert days == sorted(set(days))


@pytest.mark.parametrize("year", range(2015, 2027))
def test_agrees_with_chinesecalendar_on_every_day_of(kinds, year):
    day = date(year, 1, 1)
    while day.year == year:
        is_working_day = kinds.get(day, "work" if day.weekday() < SATURDAY else "rest") == "work"
        assert is_working_day == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_knows_nothing_outside_the_announced_years(kinds):
    assert {day.year for day in kinds} == set(range(2015, 2027))


def test_make_up_days_fall_on_weekends(kinds):
    assert all(day.weekday() >= SATURDAY for day, kind in kinds.items() if kind == "work")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2015-09-06", ("work", "抗战胜利70周年纪念日", "国发明电〔2015〕1号")),
        ("2018-12-31", ("rest", "元旦", "国办发明电〔2018〕15号")),
        ("2019-05-03", ("rest", "劳动节", "国办发明电〔2019〕3号")),
        ("2019-10-12", ("work", "国庆节", "国办发明电〔2018〕15号")),
        ("2020-01-30", ("rest", "春节", "国办发明电〔2019〕16号")),
        ("2020-02-02", ("rest", "春节", "国办发明电〔2020〕1号")),
        ("2026-02-28", ("work", "春节", "国办发明电〔2025〕7号")),
        ("2026-09-25", ("rest", "中秋节", "国办发明电〔2025〕7号")),
    ],
)
def test_names_the_festival_and_the_notice(rows, day, expected):
    assert [(row["kind"], row["name"], row["source"]) for row in rows if row["date"] == day] == [expected]
