"""How the room of a request's matter shows what it knows, on the citizen's page and at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shimin.capabilities.service_requests.public import DeskRequest, MatterView
from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class MatterPart:
    """A template, and what it reads as ``part``."""

    template: str
    part: Mapping[str, Any]


# (view, its city, the desk's request or None on the citizen's page, who reads) → the part
Show = Callable[[Any, str, DeskRequest | None, Actor], MatterPart]

_shows: dict[type[MatterView], Show] = {}


def register_matter_part(view: type[MatterView], show: Show) -> None:
    """Say how a room's views are shown; its app does this when it starts."""
    _shows[view] = show


def part_of_matter(
    view: MatterView | None, city_code: str, actor: Actor, shown: DeskRequest | None = None
) -> MatterPart | None:
    """Return the part of a request's matter; None of an ordinary request."""
    show = _shows.get(type(view)) if view is not None else None
    return show(view, city_code, shown, actor) if show is not None else None
