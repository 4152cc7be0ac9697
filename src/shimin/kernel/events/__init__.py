"""Typed events: operations emit them, subscribers follow; ``relay`` delivers, ``dead_letters`` shows what stuck."""

from shimin.kernel.events.outbox import (
    INSERT,
    BatchHandler,
    Delivery,
    DomainEvent,
    Handler,
    Registry,
    emit,
    event,
    on,
    on_batch,
    registry,
    row,
)

__all__ = [
    "INSERT",
    "BatchHandler",
    "Delivery",
    "DomainEvent",
    "Handler",
    "Registry",
    "emit",
    "event",
    "on",
    "on_batch",
    "registry",
    "row",
]
