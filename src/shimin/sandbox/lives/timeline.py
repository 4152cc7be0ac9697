"""The sandbox's calendar: the day on which its data stands still, and arithmetic on months."""

from datetime import date, datetime, timedelta, timezone

AS_OF = date(2026, 11, 20)
"""The departments' books are closed on this day; nothing in them is later except what is booked or due."""

BEIJING = timezone(timedelta(hours=8))


def month_number(month: str) -> int:
    """Count the months since year 0, so that months can be compared and subtracted."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_text(number: int) -> str:
    """Write a month number as `2026-03`."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def month_of(day: date) -> int:
    """Give the month number of a day."""
    return day.year * 12 + day.month - 1


LAST_BOOKED_MONTH = month_of(AS_OF) - 1
"""The last month that employers have reported."""


def anniversary(day: date, year: int) -> date:
    """Give the same day of another year; 29 February becomes 1 March."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(birth_date: date, day: date) -> int:
    """Count full years of life; a birthday counts from its first hour."""
    return day.year - birth_date.year - (anniversary(birth_date, day.year) > day)


def moment(day: date, minute_of_day: int) -> str:
    """Write a minute of a day as RFC 3339 in Beijing time."""
    return datetime(day.year, day.month, day.day, minute_of_day // 60, minute_of_day % 60, tzinfo=BEIJING).isoformat()
