"""What a co-handling agency reads: its queue, and the request behind a part while that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action
from shimin.capabilities.service_requests.joint_handling.domain.parts import PartState, PartWho
from shimin.capabilities.service_requests.joint_handling.models import Part, PartStepTaken
from shimin.capabilities.service_requests.joint_handling.queries.parts import (
    PartView,
    agency_names,
    part_view,
    steps_of,
)
from shimin.capabilities.service_requests.joint_handling.queries.roles import covers
from shimin.capabilities.service_requests.queries.insults import mask_insults
from shimin.capabilities.service_requests.queries.rows import OFFICER
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.files import RenditionName

PAGE = 50
TO_DO = (PartState.ASKED, PartState.ACCEPTED)
_GONE = "没有找到这份协办。"


@dataclass(frozen=True, slots=True)
class LentRequest:
    """A request as a co-handler sees it: nothing in it says who reported."""

    part_id: int
    number: str
    kind: RequestKind
    is_emergency: bool
    state: RequestState
    title: str
    words: str
    category: str
    address: str
    region_code: str
    lng: float | None
    lat: float | None
    filed_at: datetime
    due_at: datetime
    is_clock_running: bool
    lead_id: int | None
    lead: str


@dataclass(frozen=True, slots=True)
class LentStep:
    """One public step of a lent request."""

    title: str
    taken_at: datetime
    by: str
    agency: str
    words: str


@dataclass(frozen=True, slots=True)
class LentPhoto:
    """A photo of a lent request, or (``is_own``) of the own contribution."""

    photo_id: int
    is_own: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A part of the own agency; ``request`` None: it is over, and what the agency gave is left."""

    part: PartView
    request: LentRequest | None
    steps: tuple[LentStep, ...] = ()
    photos: tuple[LentPhoto, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnParts:
    """One page of the own parts, the most urgent first. ``next`` is the position that ``after`` takes."""

    lines: tuple[OwnPart, ...]
    next: tuple[datetime, int] | None


def list_own_parts(
    actor: Actor,
    *,
    states: Sequence[PartState] = TO_DO,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> OwnParts:
    """Return what the actor's agencies co-handle, with its requests. Two statements.

    Raises:
        Forbidden: the actor is no officer.
    """
    if actor.kind is not ActorKind.STAFF or not actor.has_role(OFFICER):
        raise Forbidden
    with scope(actor):
        lent = _rows(
            "SELECT * FROM joint_handling_queue(%s, %s, %s, %s)",
            [list(map(str, states)), *(after or (None, None)), limit + 1],
        )
        parts = Part.objects.in_bulk([row.part_id for row in lent])
    lines = tuple(
        OwnPart(part_view(parts[row.part_id], (), {PartWho.CO_HANDLER}), row)
        for row in lent[:limit]
        if row.part_id in parts and covers(actor, parts[row.part_id].agency_id, parts[row.part_id].city_code)
    )
    last = parts.get(lent[limit - 1].part_id) if len(lent) > limit else None
    return OwnParts(lines, (last.due_at, last.id) if last else None)


def count_own_parts(actor: Actor, *, most: int = 100) -> int:
    """Return how many parts wait for the actor's agencies, at most ``most``. One statement."""
    wanted = Q()
    for grant in actor.grants if actor.kind is ActorKind.STAFF else ():
        if grant.role == OFFICER:
            wanted |= Q(**_where(grant.agency_id, grant.region_code))
    if not actor.has_role(OFFICER):
        return 0
    with scope(actor):
        return len(Part.objects.filter(wanted, state__in=TO_DO).values_list("id")[:most])


def get_own_part(*, actor: Actor, part_id: int) -> OwnPart:
    """Return a part of the actor's agency: with the request while it is open, and what was given for ever.

    Raises:
        NotFound: there is none of the actor's agencies.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound(_GONE)
    with scope(actor):
        part = Part.objects.filter(id=part_id).first()
        if part is None or not covers(actor, part.agency_id, part.city_code):
            raise NotFound(_GONE)
        steps = steps_of(PartStepTaken.objects.filter(part_id=part.id)).get(part.id, ())
        lent = _rows("SELECT * FROM joint_handling_lent(%s)", [part_id])
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM joint_handling_lent_steps(%s)", [part_id])
            taken = cursor.fetchall()
        photos = _photos(part_id)
    view = part_view(part, steps, {PartWho.CO_HANDLER} if lent else set())
    return OwnPart(
        view, lent[0] if lent else None, tuple(_step(row) for row in taken),
        tuple(LentPhoto(*row[:4]) for row in photos),
    )  # fmt: skip


def get_lent_photo(*, actor: Actor, part_id: int, photo_id: int, size: RenditionName) -> str:
    """Return the digest of a photo's file that a co-handler may see.

    Raises:
        NotFound: no such photo, or none for the actor.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这张照片。")
    with scope(actor):
        part = Part.objects.filter(id=part_id).first()
        if part is None or not covers(actor, part.agency_id, part.city_code):
            raise NotFound("没有找到这张照片。")
        found = {row[0]: row for row in _photos(part_id)}
    if photo_id not in found:
        raise NotFound("没有找到这张照片。")
    return str(found[photo_id][4 if size is RenditionName.LARGE else 5])


def _rows(statement: str, values: list[Any]) -> list[LentRequest]:
    names = agency_names()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [_lent(row, names) for row in cursor.fetchall()]


def _lent(row: tuple[Any, ...], names: dict[int, str]) -> LentRequest:
    values: list[Any] = list(row)
    values[2], values[4] = RequestKind(values[2]), RequestState(values[4])
    values[5], values[6] = mask_insults(values[5]), mask_insults(values[6])
    values.append(names.get(values[-1], ""))
    return LentRequest(*values)


def _step(row: tuple[Any, ...]) -> LentStep:
    action, _, taken_at, by, agency, words = row
    return LentStep(STEP_WORDS[Action(action)], taken_at, by, agency, mask_insults(words))


def _photos(part_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM joint_handling_photos(%s)", [part_id])
        return list(cursor.fetchall())


def _where(agency_id: int | None, city_code: str | None) -> dict[str, Any]:
    return {
        **({"agency_id": agency_id} if agency_id is not None else {}),
        **({"city_code": city_code} if city_code is not None else {"city_code__gt": ""}),
    }
