"""Parts that a request's page at the desk shows beside its own; a room registers what it knows of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class DeskPart:
    """One part: its template, and what the template reads as ``part``."""

    template: str
    part: Mapping[str, Any]


class DeskParts(Protocol):
    """Finds what a room shows of a request that the actor sees. ``agency_id`` is who has it in hand."""

    def __call__(self, *, actor: Actor, request_id: int, agency_id: int | None) -> DeskPart | None:
        """Return the part; None: nothing to show."""
        ...


_sources: list[DeskParts] = []


def register_desk_part(source: DeskParts) -> None:
    """Add a source of parts; an app does this when it starts."""
    if source not in _sources:
        _sources.append(source)


def list_desk_parts(*, actor: Actor, request_id: int, agency_id: int | None) -> list[DeskPart]:
    """Return the parts of all rooms, in the order of their registration."""
    found = [source(actor=actor, request_id=request_id, agency_id=agency_id) for source in _sources]
    return [each for each in found if each is not None]
