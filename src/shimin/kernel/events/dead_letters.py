"""What operators see and do about events: how many wait, which are dead, try again, replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from shimin.kernel.events import Registry, registry
from shimin.kernel.events.relay import name_of

_STATES = """
    SELECT name, count(*) FILTER (WHERE dead_at IS NULL AND attempts = 0),
           count(*) FILTER (WHERE dead_at IS NULL AND attempts > 0), count(*) FILTER (WHERE dead_at IS NOT NULL),
           min(occurred_at) FILTER (WHERE dead_at IS NULL)
    FROM kernel_event WHERE done_at IS NULL GROUP BY name ORDER BY name
"""
_REPLAY = """
    WITH old AS (
        SELECT id, occurred_at, done_at FROM kernel_event
        WHERE name = %s AND occurred_at >= %s AND occurred_at < %s FOR UPDATE
    )
    UPDATE kernel_event e SET done_at = NULL, dead_at = NULL, attempts = 0, next_attempt_at = NULL
    FROM old WHERE e.id = old.id AND e.occurred_at = old.occurred_at RETURNING e.id, old.done_at
"""
_KEEP_COUNTED = """
    INSERT INTO kernel_event_receipt (event_id, handler, done_at)
    SELECT id, handler, now() FROM unnest(%s::bigint[]) AS id CROSS JOIN unnest(%s::text[]) AS handler
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class EventBacklog:
    """Undelivered events of one name."""

    name: str
    waiting: int
    failing: int
    dead: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """An event that failed too often; later events of its aggregate went on without it."""

    id: int
    name: str
    aggregate: str
    aggregate_id: int
    occurred_at: datetime
    attempts: int
    last_error: str


def list_backlog() -> list[EventBacklog]:
    """Return the undelivered events by name."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES)
        return [EventBacklog(*row) for row in cursor.fetchall()]


def list_dead(*, limit: int = 100) -> list[DeadEvent]:
    """Return the dead events that died last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, aggregate, aggregate_id, occurred_at, attempts, last_error FROM kernel_event "
            "WHERE done_at IS NULL AND dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT %s",
            [limit],
        )
        return [DeadEvent(*row) for row in cursor.fetchall()]


def retry_dead(ids: list[int] | None = None) -> int:
    """Let dead events (all, or those named) be delivered again by the subscribers that had failed; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_event SET dead_at = NULL, attempts = 1, next_attempt_at = NULL "
            "WHERE done_at IS NULL AND dead_at IS NOT NULL AND (%s::bigint[] IS NULL OR id = ANY(%s::bigint[]))",
            [ids, ids],
        )
        return int(cursor.rowcount)


def replay(*, name: str, since: datetime, until: datetime, events: Registry = registry) -> int:
    """Deliver events of a name in ``[since, until)`` once more to their subscribers; return how many.

    For subscribers that can be run again. Those told in batches are not: what they counted keeps its receipt.
    """
    counters = [name_of(handler) for handler in events.batch_handlers.get(name, [])]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REPLAY, [name, since, until])
        found = cursor.fetchall()
        ids = [event_id for event_id, _ in found]
        cursor.execute(
            "DELETE FROM kernel_event_receipt WHERE event_id = ANY(%s) AND handler <> ALL(%s)", [ids, counters]
        )
        cursor.execute(_KEEP_COUNTED, [[event_id for event_id, done_at in found if done_at is not None], counters])
    return len(ids)
