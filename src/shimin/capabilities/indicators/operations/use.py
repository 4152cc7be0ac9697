"""Count use from events: as they come, in batches; and anew for a span of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from shimin.capabilities.indicators.domain.use import COUNTED, Cell, cells_of
from shimin.capabilities.indicators.models import UseCount, UseMonth
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.events import Delivery
from shimin.kernel.events.history import delivered

MOST_DAYS = 400
# Who counts takes it shared, who counts anew alone: else an event could be in both or in neither.
_LOCK = "hashtext('indicators_use_count')"
_ADD = """
    INSERT INTO indicators_use_count (city_code, day, dimension, key, stage, times)
    SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (city_code, dimension, stage, day, key)
    DO UPDATE SET times = indicators_use_count.times + excluded.times
"""
_ADD_MONTHS = """
    INSERT INTO indicators_use_month (city_code, month, dimension, key, stage, times)
    SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (city_code, dimension, stage, month, key)
    DO UPDATE SET times = indicators_use_month.times + excluded.times
"""
_SUM_MONTHS = """
    INSERT INTO indicators_use_month (city_code, month, dimension, key, stage, times)
    SELECT city_code, date_trunc('month', day)::date, dimension, key, stage, sum(times) FROM indicators_use_count
    WHERE day >= %s AND day < %s GROUP BY 1, 2, 3, 4, 5
"""


def count_use(told: Sequence[tuple[Any, Delivery]]) -> None:
    """Add events to the counts, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")
    _add(told)


def rebuild_use(*, handler: str, since: date, until: date, now: datetime) -> int:
    """Count the days ``[since, until)`` anew from the events that are kept; return how many events. For commands.

    In one transaction: readers see the old counts or the new ones. ``handler`` is the name of the batch subscriber.

    Raises:
        InvalidInput: the span is empty, or longer than 400 days.
    """
    if not 0 < (until - since).days <= MOST_DAYS:
        raise InvalidInput(f"时间段应为 1 到 {MOST_DAYS} 天。")
    begins, ends = (datetime.combine(day, time.min, CHINA) for day in (since, until))
    events = 0
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        UseCount.objects.filter(day__gte=since, day__lt=until).delete()
        for chunk in delivered(COUNTED, handler=handler, since=begins, until=ends):
            _add(chunk)
            events += len(chunk)
        _sum_months(since, until)
        audit.record(
            actor=SYSTEM, action="indicators.use_rebuilt", target="use_count", target_id=None, now=now,
            details={"since": since.isoformat(), "until": until.isoformat(), "events": events},
        )  # fmt: skip
    return events


def forget_old_use(now: datetime, *, days: int = 1100) -> int:
    """Delete counts of months that are older than three years; return how many."""
    first = (now.astimezone(CHINA).date() - timedelta(days=days)).replace(day=1)
    with scope(SYSTEM):
        gone, _ = UseCount.objects.filter(day__lt=first).delete()
        months, _ = UseMonth.objects.filter(month__lt=first).delete()
    return gone + months


def _sum_months(since: date, until: date) -> None:
    """Add the months that ``[since, until)`` touches up anew from their days."""
    first, after = since.replace(day=1), (until.replace(day=1) + timedelta(days=32)).replace(day=1)
    UseMonth.objects.filter(month__gte=first, month__lt=after).delete()
    with connection.cursor() as cursor:
        cursor.execute(_SUM_MONTHS, [first, after])


def _add(told: Sequence[tuple[Any, Delivery]]) -> None:
    days: Counter[Cell] = Counter(cell for event, delivery in told for cell in cells_of(event, delivery.occurred_at))
    months: Counter[Cell] = Counter()
    for cell, times in days.items():
        months[replace(cell, day=cell.day.replace(day=1))] += times
    with connection.cursor() as cursor:
        for statement, counts in ((_ADD, days), (_ADD_MONTHS, months)):
            if counts:
                cursor.execute(statement, _columns(counts))


def _columns(counts: Counter[Cell]) -> list[list[Any]]:
    """Return the cells column by column, always in one order: two workers never wait for each other in a circle."""
    rows = [
        (cell.city_code, cell.day, cell.dimension, cell.key, cell.stage, times)
        for cell, times in sorted(counts.items())
    ]
    return [list(column) for column in zip(*rows, strict=True)]
