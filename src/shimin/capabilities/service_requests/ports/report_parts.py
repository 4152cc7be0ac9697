"""Tables that the supervisor's report shows beside its own; a room registers what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One table: title, heads, rows (the first cell names, the others are numbers), and how it is counted."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""

    @property
    def numeric(self) -> list[int]:
        """Columns of numbers."""
        return list(range(1, len(self.head)))


class ReportParts(Protocol):
    """Counts something of a city in a span, half-open, for its supervisor."""

    def __call__(
        self, *, actor: Actor, city_code: str, starts_at: datetime, ends_at: datetime, now: datetime
    ) -> ReportPart | None:
        """Return the table; None: nothing happened."""
        ...


_sources: list[ReportParts] = []


def register_report_part(source: ReportParts) -> None:
    """Add a source of tables; an app does this when it starts."""
    if source not in _sources:
        _sources.append(source)


def list_report_parts(
    *, actor: Actor, city_code: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> list[ReportPart]:
    """Return the tables of all rooms, in the order of their registration."""
    found = [
        source(actor=actor, city_code=city_code, starts_at=starts_at, ends_at=ends_at, now=now) for source in _sources
    ]
    return [each for each in found if each is not None]
