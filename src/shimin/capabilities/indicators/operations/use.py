"""Count use from events: as they come, in batches; and anew for a span of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from shimin.capabilities.indicators.domain.use import COUNTED, Cell, cells_of
from shimin.capabilities.indicators.models import UseCount
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
        audit.record(
            actor=SYSTEM, action="indicators.use_rebuilt", target="use_count", target_id=None, now=now,
            details={"since": since.isoformat(), "until": until.isoformat(), "events": events},
        )  # fmt: skip
    return events


def forget_old_use(now: datetime, *, days: int = 1100) -> int:
    """Delete counts older than three years; return how many."""
    with scope(SYSTEM):
        gone, _ = UseCount.objects.filter(day__lt=now.astimezone(CHINA).date() - timedelta(days=days)).delete()
    return gone


def _add(told: Sequence[tuple[Any, Delivery]]) -> None:
    counts: Counter[Cell] = Counter(cell for event, delivery in told for cell in cells_of(event, delivery.occurred_at))
    if not counts:
        return
    # Always in one order, so that two workers never wait for each other in a circle.
    rows = [
        (cell.city_code, cell.day, cell.dimension, cell.key, cell.stage, times)
        for cell, times in sorted(counts.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
