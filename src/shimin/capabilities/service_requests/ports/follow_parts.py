"""Parts that a request's page shows the people who reported it; a room registers what they may know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class FollowPart:
    """One part: its template, and what the template reads as ``part``."""

    template: str
    part: Mapping[str, Any]


class FollowParts(Protocol):
    """Finds what a room tells of a request in its round ``level``; ``number`` and ``code`` open it to who has them."""

    def __call__(self, *, actor: Actor, request_id: int, level: int, number: str, code: str) -> FollowPart | None:
        """Return the part; None: nothing to tell."""
        ...


_sources: list[FollowParts] = []


def register_follow_part(source: FollowParts) -> None:
    """Add a source of parts; an app does this when it starts."""
    if source not in _sources:
        _sources.append(source)


def list_follow_parts(*, actor: Actor, request_id: int, level: int, number: str, code: str) -> list[FollowPart]:
    """Return the parts of all rooms, in the order of their registration. ``code`` is "" for the account's own."""
    found = [source(actor=actor, request_id=request_id, level=level, number=number, code=code) for source in _sources]
    return [each for each in found if each is not None]
