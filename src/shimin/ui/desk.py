"""The staff desk's queues: each capability offers its own, the desk shows those that a role may open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Queue:
    """One line of the desk's left side.

    ``url`` is an address or the name of one ("catalogue:synonyms").
    ``count`` returns how many wait, or None when that says nothing. Lower ``rank`` stands higher.
    """

    key: str
    title: str
    icon: str
    url: str
    role: str
    count: Callable[[Actor], int | None]
    rank: int = 100


_queues: dict[str, Queue] = {}
_roles: dict[str, str] = {}


def register_queue(queue: Queue) -> None:
    """Add a queue; the same key again takes the earlier one's place."""
    _queues[queue.key] = queue


def register_roles(words: Mapping[str, str]) -> None:
    """Say what people call roles: "service_requests.officer" → "承办人"."""
    _roles.update(words)


def role_words(role: str) -> str:
    """Return what people call a role; its key where no capability of this installation has it."""
    return _roles.get(role, role)


def all_roles() -> set[str]:
    """Return the roles that open any queue: what can be given to somebody."""
    return {queue.role for queue in _queues.values()}


def queues_for(actor: Actor) -> list[Queue]:
    """Return the queues that one of the actor's grants opens: by rank, then as they were registered."""
    return sorted((queue for queue in _queues.values() if actor.has_role(queue.role)), key=lambda queue: queue.rank)
