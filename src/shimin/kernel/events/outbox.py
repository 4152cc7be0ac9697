"""Typed events in a transactional outbox: an operation emits in its own transaction, the relay delivers afterwards.

Delivery is at least once and in order per aggregate; subscribers must be idempotent. See ``relay``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar, dataclass_transform

import orjson
from django.db import connection

from shimin.kernel.ids import new_id

# A hot operation can write its event along in one statement with others: append "FROM …", pass the values of ``row``.
INSERT = """
    INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload)
    SELECT %s::bigint, %s::timestamptz, %s::text, %s::text, %s::bigint, %s::bigint, %s::jsonb
"""


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Base of all events: past tense, frozen, ids instead of objects, JSON-able fields."""

    name: ClassVar[str]


E = TypeVar("E", bound=DomainEvent)
Handler = Callable[[Any, "Delivery"], None]
BatchHandler = Callable[[Sequence[tuple[Any, "Delivery"]]], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a subscriber learns beside the event: its id (for idempotency) and when it happened."""

    event_id: int
    aggregate: str
    aggregate_id: int
    aggregate_version: int
    occurred_at: datetime


class Registry:
    """The event types by name and the subscribers of each: those told one by one, and those told in batches."""

    def __init__(self) -> None:
        self.types: dict[str, type[DomainEvent]] = {}
        self.handlers: dict[str, list[Handler]] = {}
        self.batch_handlers: dict[str, list[BatchHandler]] = {}

    def load(self, name: str, payload: dict[str, Any]) -> DomainEvent:
        """Rebuild an event from its stored name and payload; unknown keys are ignored (older or newer writers)."""
        event_type = self.types[name]
        known = {field.name for field in dataclasses.fields(event_type)}
        return event_type(**{key: value for key, value in payload.items() if key in known})


registry = Registry()


@dataclass_transform(frozen_default=True)
def event(name: str) -> Callable[[type[E]], type[E]]:
    """Make the class a frozen dataclass and register it under its stable name ("identity.account_registered")."""

    def register(event_type: type[E]) -> type[E]:
        if name in registry.types:
            raise ValueError(f"event {name!r} is registered twice")
        event_class = dataclass(frozen=True, slots=True)(event_type)
        event_class.name = name
        registry.types[name] = event_class
        return event_class

    return register


def on(event_type: type[E]) -> Callable[[Callable[[E, Delivery], None]], Callable[[E, Delivery], None]]:
    """Subscribe a function ``on_<event>(event, delivery)``; it runs in a transaction of the worker."""

    def subscribe(handler: Callable[[E, Delivery], None]) -> Callable[[E, Delivery], None]:
        registry.handlers.setdefault(event_type.name, []).append(handler)
        return handler

    return subscribe


def on_batch(*event_types: type[DomainEvent]) -> Callable[[BatchHandler], BatchHandler]:
    """Subscribe a function ``on_<…>(told)`` to several types of events, a list of (event, delivery) at a time.

    For counters: one statement for many events. It runs in the transaction that marks them done, after the subscribers
    told one by one, so each event is counted once; ``events replay`` passes it over. To count anew it reads
    ``history.delivered``.
    """

    def subscribe(handler: BatchHandler) -> BatchHandler:
        for event_type in event_types:
            registry.batch_handlers.setdefault(event_type.name, []).append(handler)
        return handler

    return subscribe


def emit(event: DomainEvent, *, aggregate: str, aggregate_id: int, version: int, now: datetime) -> int:
    """Write the event in the caller's transaction and return its id.

    ``version`` is the aggregate's own counter, raised under the aggregate's row lock: it gives the order of delivery
    (time-ordered ids are not commit order).
    """
    values = row(event, aggregate=aggregate, aggregate_id=aggregate_id, version=version, now=now)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
    return int(values[0])


def row(event: DomainEvent, *, aggregate: str, aggregate_id: int, version: int, now: datetime) -> list[Any]:
    """Return the values of a new row for ``INSERT``; see ``emit``."""
    payload = orjson.dumps(dataclasses.asdict(event), option=orjson.OPT_NON_STR_KEYS).decode()
    return [new_id(), now, event.name, aggregate, aggregate_id, version, payload]
