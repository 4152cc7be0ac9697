"""The relay: hands events from the outbox to their subscribers, at least once and in order per aggregate.

An aggregate's oldest undelivered event is its head; only heads are taken, and their row lock keeps other relays from
the whole aggregate (``SKIP LOCKED``) until commit. Subscribers run in that transaction, each in a savepoint: with the
commit their effects and the mark "done" come together, so a kill at any moment repeats or finishes, never halves. When
one of several subscribers fails, the others' work stays and a receipt keeps them from running again. Subscribers told
in batches come last, with all events of the round whose other subscribers succeeded; when a batch fails, its events are
tried alone, so that one bad event holds up nobody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from django.db import connection, transaction

from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import DomainError
from shimin.kernel.events import BatchHandler, Delivery, Handler, Registry, registry
from shimin.kernel.monitoring import metrics

BATCH = 50
MAX_ATTEMPTS = 8
MAX_PAUSE = timedelta(hours=1)
log = structlog.get_logger("shimin.relay")

_TAKE_HEADS = """
    SELECT e.id, e.occurred_at, e.name, e.aggregate, e.aggregate_id, e.aggregate_version, e.payload::text, e.attempts
    FROM kernel_event e
    WHERE e.done_at IS NULL AND e.dead_at IS NULL AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= %s)
      AND NOT EXISTS (
        SELECT 1 FROM kernel_event p
        WHERE p.aggregate = e.aggregate AND p.aggregate_id = e.aggregate_id
          AND p.done_at IS NULL AND p.dead_at IS NULL
          AND (p.aggregate_version, p.id) < (e.aggregate_version, e.id))
    ORDER BY e.id LIMIT %s
    FOR UPDATE OF e SKIP LOCKED
"""
_DONE = "UPDATE kernel_event SET done_at = %s, last_error = '' WHERE id = ANY(%s)"
_FAILED = """
    UPDATE kernel_event SET attempts = %s, next_attempt_at = %s, dead_at = %s, last_error = %s WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event as the outbox holds it."""

    id: int
    occurred_at: datetime
    name: str
    aggregate: str
    aggregate_id: int
    aggregate_version: int
    payload: str
    attempts: int


@dataclass(frozen=True, slots=True)
class _Told:
    """An event whose subscribers told one by one have succeeded; ``ran`` names those that ran now."""

    head: _Waiting
    event: Any
    delivery: Delivery
    ran: Sequence[str]


def relay_batch(now: datetime, *, limit: int = BATCH, events: Registry = registry) -> int:
    """Deliver up to ``limit`` events in one transaction and return how many were tried (0: nothing waits)."""
    tried = delivered = 0
    with scope(SYSTEM):
        while tried < limit and (heads := _take_heads(now, limit - tried)):
            told = [each for head in heads if (each := _deliver(head, now, events)) is not None]
            failed = _tell_batches(told, now, events)
            done = [each.head.id for each in told if each.head.id not in failed]
            with connection.cursor() as cursor:
                cursor.execute(_DONE, [now, done])
            tried, delivered = tried + len(heads), delivered + len(done)
    if tried:
        metrics.count_events("delivered", delivered)
        metrics.count_events("failed", tried - delivered)
    return tried


def pause_before(attempt: int) -> timedelta:
    """Return the wait before the attempt after failed ``attempt`` (1 is the first): 2 s, 4 s, … at most an hour."""
    return min(timedelta(seconds=2**attempt), MAX_PAUSE)


def _take_heads(now: datetime, limit: int) -> list[_Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_HEADS, [now, limit])
        return [_Waiting(*row) for row in cursor.fetchall()]


def _deliver(head: _Waiting, now: datetime, events: Registry) -> _Told | None:
    """Tell the subscribers one by one; return None when one failed (which is noted)."""
    handlers = {name_of(handler): handler for handler in events.handlers.get(head.name, [])}
    delivery = Delivery(head.id, head.aggregate, head.aggregate_id, head.aggregate_version, head.occurred_at)
    if not handlers and head.name in events.types and head.name not in events.batch_handlers:
        return _Told(head, None, delivery, ())
    try:
        event = events.load(head.name, orjson.loads(head.payload))
    except (KeyError, TypeError) as error:  # written by a newer or older release
        _note_failure(head, f"unreadable: {type(error).__name__}", now)
        return None
    left = _without_receipts(head, handlers)
    succeeded, failure = [], ""
    for name, handler in left.items():
        fault = _run(handler, name, event, delivery)
        if fault:
            failure = failure or f"{name}: {fault}"
        else:
            succeeded.append(name)
    if failure:
        _write_receipts(head.id, succeeded, now)
        _note_failure(head, failure, now)
        return None
    return _Told(head, event, delivery, succeeded)


def _tell_batches(told: Sequence[_Told], now: datetime, events: Registry) -> frozenset[int]:
    """Tell the subscribers of batches; note what failed and return its event ids."""
    batches: dict[str, tuple[BatchHandler, list[_Told]]] = {}
    for each in told:
        for handler in events.batch_handlers.get(each.head.name, []):
            batches.setdefault(name_of(handler), (handler, []))[1].append(each)
    if not batches:
        return frozenset()
    received = _receipts([each.head.id for each in told], list(batches))
    failures: dict[int, str] = {}
    succeeded: dict[int, list[str]] = {}
    for name, (handler, batch) in batches.items():
        left = [each for each in batch if (each.head.id, name) not in received]
        faults = _run_batch(handler, name, left)
        for each in left:
            if each.head.id in faults:
                failures.setdefault(each.head.id, f"{name}: {faults[each.head.id]}")
            else:
                succeeded.setdefault(each.head.id, []).append(name)
    for each in told:
        if each.head.id in failures:
            _write_receipts(each.head.id, [*each.ran, *succeeded.get(each.head.id, [])], now)
            _note_failure(each.head, failures[each.head.id], now)
    return frozenset(failures)


def _run_batch(handler: BatchHandler, name: str, batch: Sequence[_Told]) -> dict[int, str]:
    """Run a batch in a savepoint, on failure each event in one of its own; return event id → kind of failure."""
    if not batch:
        return {}
    try:
        with transaction.atomic():
            handler([(each.event, each.delivery) for each in batch])
    except Exception as error:
        if not connection.is_usable():
            raise  # the database went away: the whole round is repeated
        if len(batch) > 1:
            return {event_id: fault for each in batch for event_id, fault in _run_batch(handler, name, [each]).items()}
        event_id = batch[0].head.id
        log.error("subscriber.failed", subscriber=name, event_id=event_id, exc_info=error)
        return {event_id: error.code if isinstance(error, DomainError) else type(error).__name__}
    return {}


def _receipts(event_ids: list[int], names: list[str]) -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_id, handler FROM kernel_event_receipt WHERE event_id = ANY(%s) AND handler = ANY(%s)",
            [event_ids, names],
        )
        return set(cursor.fetchall())


def _run(handler: Handler, name: str, event: Any, delivery: Delivery) -> str:
    """Run one subscriber in a savepoint; return "" or the kind of its failure (its words may hold personal data)."""
    try:
        with transaction.atomic():
            handler(event, delivery)
    except Exception as error:
        if not connection.is_usable():
            raise  # the database went away: the whole batch is repeated
        log.error("subscriber.failed", subscriber=name, event_id=delivery.event_id, exc_info=error)
        return error.code if isinstance(error, DomainError) else type(error).__name__
    return ""


def _without_receipts(head: _Waiting, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    if head.attempts == 0:
        return dict(handlers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT handler FROM kernel_event_receipt WHERE event_id = %s", [head.id])
        received = {name for (name,) in cursor.fetchall()}
    return {name: handler for name, handler in handlers.items() if name not in received}


def _write_receipts(event_id: int, names: list[str], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_event_receipt (event_id, handler, done_at) SELECT %s, unnest(%s::text[]), %s",
            [event_id, names, now],
        )


def _note_failure(head: _Waiting, reason: str, now: datetime) -> None:
    attempts = head.attempts + 1
    is_dead = attempts >= MAX_ATTEMPTS
    if is_dead:
        log.error("event.dead", event_id=head.id, event_name=head.name, reason=reason)
    with connection.cursor() as cursor:
        cursor.execute(
            _FAILED, [attempts, now + pause_before(attempts), now if is_dead else None, reason[:500], head.id]
        )


def name_of(handler: Handler | BatchHandler) -> str:
    """Return the stable name of a subscriber, as receipts and errors carry it."""
    return f"{handler.__module__}.{handler.__qualname__}"
