"""Events that were delivered, read again: for counters that count anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.kernel.events import Delivery, DomainEvent, Registry, registry

CHUNK = 2000
# By id, not by time: an id is met once whatever is written meanwhile. An event that waits only for others has the
# counter's receipt.
_DELIVERED = """
    SELECT e.id, e.occurred_at, e.name, e.aggregate, e.aggregate_id, e.aggregate_version, e.payload::text
    FROM kernel_event e
    WHERE e.name = ANY(%s) AND e.occurred_at >= %s AND e.occurred_at < %s AND e.id > %s
      AND (e.done_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM kernel_event_receipt r WHERE r.event_id = e.id AND r.handler = %s))
    ORDER BY e.id LIMIT %s
"""


def delivered(
    event_types: Sequence[type[DomainEvent]],
    *,
    handler: str,
    since: datetime,
    until: datetime,
    events: Registry = registry,
) -> Iterator[list[tuple[Any, Delivery]]]:
    """Yield in chunks the events in ``[since, until)`` that the batch subscriber ``handler`` (its name) was told of."""
    names = [event_type.name for event_type in event_types]
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DELIVERED, [names, since, until, last, handler, CHUNK])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [
            (
                events.load(name, orjson.loads(payload)),
                Delivery(event_id, aggregate, aggregate_id, version, occurred_at),
            )
            for event_id, occurred_at, name, aggregate, aggregate_id, version, payload in rows
        ]
