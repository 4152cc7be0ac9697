"""Requests of a matter of their own: its room says what it knows of one, and which steps take the place of which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.actor import Actor


class MatterView:
    """What the room of a request's matter knows of it, as far as the reader may; rooms derive theirs."""

    __slots__ = ()

    @property
    def next_step(self) -> str:
        """What the clock runs for."""
        return "答复"

    @property
    def outcomes(self) -> Sequence[tuple[str, str]]:
        """The outcomes with which ``CONCLUDE`` may end it, with their words."""
        return ()

    def fits(self, action: Action) -> bool:
        """Tell whether one of the room's own actions makes sense now; the operation decides."""
        return True

    def as_json(self) -> dict[str, Any]:
        """Return what programs get of it."""
        return {}


@dataclass(frozen=True, slots=True)
class MatterRoom:
    """A matter with its room. ``view``: in the scope of who may see the row, one statement at most.

    ``actions`` are steps of this matter alone; they take the place of ``instead_of``.
    """

    matter: Matter
    view: Callable[[Actor, ServiceRequest], MatterView | None]
    actions: frozenset[Action] = frozenset()
    instead_of: frozenset[Action] = frozenset()


_rooms: dict[Matter, MatterRoom] = {}


def register_matter(room: MatterRoom) -> None:
    """Add a room; its app does this when it starts."""
    _rooms[room.matter] = room


def view_matter(actor: Actor, row: ServiceRequest) -> MatterView | None:
    """Return what the room of the row's matter knows; None of an ordinary request."""
    room = _rooms.get(Matter(row.matter))
    return room.view(actor, row) if room is not None else None


def ruled_out(matter: str) -> frozenset[Action]:
    """Return the actions that requests of a matter do not have: those of other matters, and what it has others for."""
    mine = _rooms.get(Matter(matter))
    others = [room.actions for room in _rooms.values() if room is not mine]
    return frozenset[Action]().union(*others, mine.instead_of if mine is not None else ())
