"""Typed events: operations emit them, subscribers follow; ``relay`` delivers, ``dead_letters`` shows what stuck."""

from shimin.kernel.events.outbox import INSERT, Delivery, DomainEvent, Handler, Registry, emit, event, on, registry, row

__all__ = ["INSERT", "Delivery", "DomainEvent", "Handler", "Registry", "emit", "event", "on", "registry", "row"]
