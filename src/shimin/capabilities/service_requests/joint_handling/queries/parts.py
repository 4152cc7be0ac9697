"""Parts as pages and programs get them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    CITIZEN_WORDS,
    OPEN_PARTS,
    PartAction,
    PartState,
    PartWho,
    part_actions,
    part_step,
)
from shimin.capabilities.service_requests.joint_handling.models import Part, PartStepTaken
from shimin.capabilities.service_requests.joint_handling.queries.roles import part_roles, request_roles
from shimin.capabilities.service_requests.models import RequestPhoto, ServiceRequest
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.rows import may_read
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

_MOST = 200


@dataclass(frozen=True, slots=True)
class PartStepView:
    """One line of what was done to a part."""

    action: PartAction
    title: str
    taken_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as staff see it. ``actions``: what the reader may do with it now."""

    part_id: int
    request_id: int
    city_code: str
    level: int
    agency_id: int
    agency: str
    state: PartState
    asked_by: str
    is_fixed: bool
    wish: str
    contribution: str
    reason: str
    asked_at: datetime
    respond_by_at: datetime
    due_at: datetime
    responded_at: datetime | None
    given_at: datetime | None
    given_step_id: int | None
    urged_at: datetime | None
    steps: tuple[PartStepView, ...] = ()
    actions: tuple[PartAction, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_PARTS


@dataclass(frozen=True, slots=True)
class JointHandling:
    """A request with its parts, for its own desk. ``hidden_steps``: contributions whose photos citizens do not see."""

    request_id: int
    city_code: str
    kind: RequestKind
    state: RequestState
    level: int
    is_emergency: bool
    filed_at: datetime
    is_clock_running: bool
    is_over: bool
    agency_id: int | None
    roles: frozenset[PartWho]
    parts: tuple[PartView, ...]
    hidden_steps: frozenset[int]

    @property
    def taken(self) -> set[int]:
        """Agencies that cannot be asked: the lead, and who co-handles already."""
        return {part.agency_id for part in self.parts if part.is_open} | {self.agency_id or 0}


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A part as the people who reported know it: who, and how far."""

    agency: str
    state: PartState
    words: str
    asked_at: datetime
    responded_at: datetime | None
    given_at: datetime | None


def list_parts(actor: Actor, *, request_id: int) -> tuple[PartView, ...]:
    """Return the parts of a request in the actor's grants, the oldest first; see ``get_joint_handling``."""
    return get_joint_handling(actor=actor, request_id=request_id).parts


def get_joint_handling(*, actor: Actor, request_id: int) -> JointHandling:
    """Return the parts of a request in the actor's grants, with what pages need of it. Two statements, with parts four.

    Raises:
        NotFound: there is no such request in the actor's grants.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这件诉求。")
    with scope(actor):
        row = ServiceRequest.objects.filter(id=request_id).first()
        if row is None or not may_read(actor, row):
            raise NotFound("没有找到这件诉求。")
        parts = list(Part.objects.filter(request_id=request_id).order_by("id")[:_MOST])
        steps = steps_of(PartStepTaken.objects.filter(request_id=request_id)) if parts else {}
        given = [part.given_step_id for part in parts if part.given_step_id]
        hidden = RequestPhoto.objects.filter(request_id=request_id, step_id__in=given, is_shown=False)
        hidden_steps = set(hidden.values_list("step_id", flat=True)) if given else set()
    return JointHandling(
        request_id=row.id, city_code=row.city_code, kind=RequestKind(row.request_kind), state=RequestState(row.state),
        level=row.level, is_emergency=row.is_emergency, filed_at=row.filed_at, is_clock_running=row.is_clock_running,
        is_over=row.ended_at is not None, agency_id=row.agency_id, roles=frozenset(request_roles(actor, row)),
        parts=tuple(
            part_view(part, steps.get(part.id, ()), part_roles(actor, row, part) - {PartWho.CO_HANDLER})
            for part in parts
        ),
        hidden_steps=frozenset(step_id for step_id in hidden_steps if step_id is not None),
    )  # fmt: skip


def get_led_part(*, actor: Actor, part_id: int) -> PartView:
    """Return one part of a request in the actor's grants.

    Raises:
        NotFound: there is none; a co-handler's own is read by ``get_own_part``.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这份协办。")
    with scope(actor):
        request_id = Part.objects.filter(id=part_id).values_list("request_id", flat=True).first()
    parts = list_parts(actor, request_id=request_id) if request_id is not None else ()
    found = next((part for part in parts if part.part_id == part_id), None)
    if found is None:
        raise NotFound("没有找到这份协办。")
    return found


def list_told_parts(
    actor: Actor, *, request_id: int, level: int, number: str = "", code: str = ""
) -> tuple[str, tuple[ToldPart, ...]]:
    """Return the lead's name, and the parts that a citizen is told of in a round of their request.

    One statement where the lead is alone, two else; one more with a code.
    """
    with scope(actor):
        if code:
            opened(number, code)
        rows = list(
            Part.objects.filter(request_id=request_id, level=level, state__in=list(CITIZEN_WORDS))
            .order_by("id")
            .values_list("agency_id", "state", "asked_at", "responded_at", "given_at")[:_MOST]
        )
        if not rows:
            return "", ()
        lead_id = ServiceRequest.objects.filter(id=request_id).values_list("agency_id", flat=True).first()
    names = agency_names()
    parts = tuple(
        ToldPart(
            names.get(agency_id, "有关部门"),
            PartState(state),
            CITIZEN_WORDS[PartState(state)],
            asked_at,
            responded_at,
            given_at,
        )
        for agency_id, state, asked_at, responded_at, given_at in rows
    )
    return names.get(lead_id or 0, ""), parts


def part_view(part: Part, steps: Iterable[PartStepView], roles: set[PartWho]) -> PartView:
    """Return a part with what the roles may do."""
    state = PartState(part.state)
    actions = tuple(action for who in PartWho if who in roles for action in part_actions(state, who))
    names = (
        "request_id", "city_code", "level", "agency_id", "asked_by", "is_fixed", "wish", "contribution", "reason",
        "asked_at", "respond_by_at", "due_at", "responded_at", "given_at", "given_step_id", "urged_at",
    )  # fmt: skip
    return PartView(
        part_id=part.id, agency=agency_names().get(part.agency_id, ""), state=state, steps=tuple(steps),
        actions=tuple(dict.fromkeys(actions)), **{name: getattr(part, name) for name in names},
    )  # fmt: skip


def steps_of(rows: Iterable[PartStepTaken]) -> dict[int, tuple[PartStepView, ...]]:
    """Return the steps by part, oldest first."""
    found: dict[int, list[PartStepView]] = {}
    for row in sorted(rows, key=lambda each: each.version):
        action = PartAction(row.action)
        found.setdefault(row.part_id, []).append(PartStepView(action, part_step(action).words, row.taken_at, row.words))
    return {part_id: tuple(steps) for part_id, steps in found.items()}


def agency_names() -> dict[int, str]:
    """Return the short names of all agencies."""
    return {agency.id: agency.short_name or agency.name for agency in list_agencies()}
