"""What each capability holds about a person: its part of "give me everything" and of "forget me".

Source: PIPL 45 (copy, transfer), 47 (deletion), 15 and 50.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shimin.kernel.actor import Actor

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One capability's part.

    ``tables`` are the tables of people it answers for. ``export`` returns all the actor's rows as JSON can carry them.
    ``erase`` (account, person or None, now) deletes what need not be kept, as the worker, and returns how many rows;
    ``kept`` says what the law keeps, why and how long.
    """

    key: str
    title: str
    tables: tuple[str, ...]
    export: Callable[[Actor], Rows]
    kept: str
    erase: Callable[[int, int | None, datetime], int]


_parts: dict[str, PersonalData] = {}


def register_personal_data(part: PersonalData) -> None:
    """Add a capability's part, once, when its app starts.

    Raises:
        ValueError: the key is taken.
    """
    if part.key in _parts:
        raise ValueError(f"personal data {part.key!r} are registered twice")
    _parts[part.key] = part


def personal_data_parts() -> tuple[PersonalData, ...]:
    """Return all parts, in the order they were registered."""
    return tuple(_parts.values())
