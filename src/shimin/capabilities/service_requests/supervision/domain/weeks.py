"""Which weekly reports are due: Monday's, and those of Mondays on which nobody was there to make them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from shimin.kernel.clock import CHINA

MADE_FROM_HOUR = 7  # before the office opens; nothing of Sunday is still under way
MOST_CAUGHT_UP = 8
_WEEK = timedelta(days=7)


def weeks_due(latest: date | None, now: datetime) -> list[date]:
    """Return the Mondays of the weeks whose report is due and not made, the oldest first.

    ``latest``: the week that was reported last, None before the first report: then last week's alone is due. Of more
    than eight missed weeks the newest eight.
    """
    last = _last_over(now)
    if latest is None:
        return [last]
    weeks = (last - latest) // _WEEK
    return [last - _WEEK * back for back in reversed(range(min(weeks, MOST_CAUGHT_UP)))]


def bounds_of(week_starts: date) -> tuple[datetime, datetime]:
    """Return a week's first moment and the one after its last, in China."""
    starts_at = datetime.combine(week_starts, time.min, CHINA)
    return starts_at, starts_at + _WEEK


def _last_over(now: datetime) -> date:
    """Return the Monday of the week that was over when reports were last made."""
    day = (now.astimezone(CHINA) - timedelta(hours=MADE_FROM_HOUR)).date()
    return day - timedelta(days=day.weekday()) - _WEEK
