"""What operators see and do about events: how many wait, which are dead, try again, replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

_STATES = """
    SELECT name, count(*) FILTER (WHERE dead_at IS NULL AND attempts = 0),
           count(*) FILTER (WHERE dead_at IS NULL AND attempts > 0), count(*) FILTER (WHERE dead_at IS NOT NULL),
           min(occurred_at) FILTER (WHERE dead_at IS NULL)
    FROM kernel_event WHERE done_at IS NULL GROUP BY name ORDER BY name
"""
_REPLAY = """
    UPDATE kernel_event SET done_at = NULL, dead_at = NULL, attempts = 0, next_attempt_at = NULL
    WHERE name = %s AND occurred_at >= %s AND occurred_at < %s RETURNING id
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


def replay(*, name: str, since: datetime, until: datetime) -> int:
    """Deliver events of a name in ``[since, until)`` once more to all their subscribers; return how many.

    For subscribers that can be run again, such as counters being rebuilt.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REPLAY, [name, since, until])
        ids = [event_id for (event_id,) in cursor.fetchall()]
        cursor.execute("DELETE FROM kernel_event_receipt WHERE event_id = ANY(%s)", [ids])
    return len(ids)
