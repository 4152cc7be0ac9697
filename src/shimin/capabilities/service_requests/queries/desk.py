"""What staff see: queues of their agencies and cities, and one request with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.domain.steps import TABLE, Action
from shimin.capabilities.service_requests.handles import CONTACT
from shimin.capabilities.service_requests.models import Reporter, RequestNote, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.ports import Choice
from shimin.capabilities.service_requests.queries.abroad import abroad_view
from shimin.capabilities.service_requests.queries.consumer import consumer_view
from shimin.capabilities.service_requests.queries.insults import insults
from shimin.capabilities.service_requests.queries.photos import list_photos
from shimin.capabilities.service_requests.queries.rows import STAFF_ROLES, may, may_read
from shimin.capabilities.service_requests.queries.views import (
    DeskRequest,
    NoteView,
    QueueLine,
    ReporterView,
    clock_view,
    place_of,
    queue_line,
    step_view,
)
from shimin.capabilities.service_requests.queries.voices import list_voices
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.values.masking import mask_phone

PAGE = 50
_COLUMNS = (
    "id", "number", "city_code", "region_code", "request_kind", "state", "level", "is_emergency", "title", "address",
    "category", "agency_id", "handler_id", "returns", "filed_at", "dispatched_at", "due_at", "is_clock_running",
    "look_again_date", "extension IS NOT NULL", "ended_at", "rung",
)  # fmt: skip
_ORDERS = {"due": ("due_at", "id", ">", ""), "new": ("id", None, "<", "DESC")}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which requests a queue shows; None or empty: all. ``due_from``/``due_before`` bound the promise, half-open.

    ``order`` is "due" (the most urgent first, over ``states``) or "new" (the newest first; ``states`` may be empty).
    ``waits_for_approval``: an extension was asked for. ``matter``: only of that one (``ORDINARY``: of all).
    """

    states: tuple[RequestState, ...] = OPEN_STATES
    kinds: tuple[RequestKind, ...] = ()
    categories: tuple[str, ...] = ()
    region_code: str | None = None
    agency_id: int | None = None
    handler_id: int | None = None
    level_from: int | None = None
    rung_from: int | None = None
    is_emergency: bool | None = None
    waits_for_approval: bool = False
    matter: Matter = Matter.ORDINARY
    due_from: datetime | None = None
    due_before: datetime | None = None
    order: str = "due"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue. ``next`` is the position that ``after`` takes; None at the end."""

    lines: tuple[QueueLine, ...]
    next: tuple[datetime, int] | None


def list_queue(
    actor: Actor,
    *,
    wanted: QueueFilter = QueueFilter(),
    roles: Sequence[str] = STAFF_ROLES,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """Return requests in the grants that the actor holds for ``roles``, by keyset pages. One statement.

    One index scan for each grant and state (LATERAL), so that a page costs the same at a thousand rows and a million.
    ``after`` is the ``next`` of the page before; with order "new" only its id counts.

    Raises:
        Forbidden: the actor holds none of the roles.
    """
    scopes = _scopes(actor, roles)
    parts = [_part(each, wanted, after, limit + 1) for each in scopes]
    first, second, _, direction = _ORDERS[wanted.order]
    order = ", ".join(f"{name} {direction}" for name in (first, second) if name)
    text = " UNION ALL ".join(f"({part})" for part, _ in parts)
    text = f"SELECT * FROM ({text}) q ORDER BY {order} LIMIT {int(limit) + 1}"  # noqa: S608 - names only
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(text, [value for _, values in parts for value in values])
        rows = cursor.fetchall()
    lines = tuple(map(_line, rows[:limit]))
    return QueuePage(lines, (lines[-1].due_at, lines[-1].request_id) if len(rows) > limit else None)


def count_queue(actor: Actor, *, wanted: QueueFilter, roles: Sequence[str] = STAFF_ROLES, most: int = 100) -> int:
    """Return how many requests a queue holds, ``most`` when there are that many or more. One statement."""
    try:
        return len(list_queue(actor, wanted=wanted, roles=roles, limit=most).lines)
    except Forbidden:
        return 0


def get_desk_request(*, actor: Actor, request_id: int) -> DeskRequest:
    """Return one request in the actor's grants, with steps, notes, reporters and possible actions.

    Raises:
        NotFound: there is none in the actor's grants.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这件诉求。")
    with scope(actor):
        row = ServiceRequest.objects.filter(id=request_id).first()
        if row is None or not may_read(actor, row):
            raise NotFound("没有找到这件诉求。")
        steps = list(RequestStep.objects.filter(request_id=row.id).order_by("version"))
        notes = list(RequestNote.objects.filter(request_id=row.id).order_by("id"))
        reporters = list(Reporter.objects.filter(request_id=row.id).order_by("id")[:200])
        photos, voices = list_photos(actor, row), list_voices(actor, row)
        consumer, abroad = consumer_view(actor, row), abroad_view(actor, row)
    return DeskRequest(
        line=queue_line(row), words=row.words, place=place_of(row), accuracy_metres=row.accuracy_metres,
        channel=row.channel, is_anonymous=row.account_id is None, is_confidential=row.is_confidential,
        is_for_other=row.mandate_id is not None, is_fixed=row.is_fixed, category_by=row.category_by,
        choices=_choices(row), clock=clock_view(row), extension=row.extension, draft=row.draft,
        drafted_by_id=row.drafted_by_id, answer=row.answer, answered_at=row.answered_at,
        published_answer=row.published_answer, rating=row.rating, wants_contact=row.wants_contact,
        parent_id=row.parent_id, merged_into_id=row.merged_into_id, mirror_of_id=row.mirror_of_id,
        steps=tuple(step_view(step, for_staff=True) for step in steps),
        notes=tuple(NoteView(note.id, note.account_id, note.words, note.written_at) for note in notes),
        reporters=tuple(map(_reporter, reporters)), actions=actions_for(actor, row), photos=photos,
        voices=voices,
        consumer=consumer,
        abroad=abroad,
        has_insults=bool(insults().found_in(row.words)),
    )  # fmt: skip


def find_desk_request(*, actor: Actor, number: str) -> int:
    """Return the id of the request with this (checked) number in the actor's grants.

    Raises:
        NotFound: there is none.
    """
    with scope(actor):
        row = ServiceRequest.objects.filter(city_code=number[:6], number=number).first()
    if row is None or not may_read(actor, row):
        raise NotFound("没有找到这件诉求。", mend="请检查编号，或换一个岗位登录。")
    return int(row.id)


def actions_for(actor: Actor, row: ServiceRequest) -> tuple[Action, ...]:
    """Return what the table lets the actor do with the request now."""
    state = RequestState(row.state)
    possible = tuple(step.action for step in TABLE if state in step.start and may(actor, step.who, row))
    return tuple(action for action in possible if action not in _not_of(row))


def _not_of(row: ServiceRequest) -> tuple[Action, ...]:
    """Return the actions that the row's matter rules out: 12315 ends by its own steps, others have none of them."""
    if row.matter != Matter.CONSUMER:
        return (Action.TAKE_UP, Action.REFUSE, Action.CONCLUDE)
    return (Action.REPLY, Action.DRAFT_REPLY)


def _line(row: tuple[Any, ...]) -> QueueLine:
    """Return a fetched row as a line: fifty model instances cost more than the statement."""
    request_id, number, city_code, region_code, kind, state, *more = row
    return QueueLine(request_id, number, city_code, region_code, RequestKind(kind), RequestState(state), *more)


def _scopes(actor: Actor, roles: Sequence[str]) -> list[tuple[int | None, str | None]]:
    """Return (agency, city) of the actor's grants; one that lies within another is left out, or rows came twice."""
    if actor.kind is not ActorKind.STAFF:
        raise Forbidden
    held = {(grant.agency_id, grant.region_code) for grant in actor.grants if grant.role in roles}
    if not held:
        raise Forbidden
    return sorted((each for each in held if not any(_within(each, other) for other in held)), key=str)


def _within(inner: tuple[int | None, str | None], outer: tuple[int | None, str | None]) -> bool:
    return inner != outer and all(wide in (None, narrow) for narrow, wide in zip(inner, outer, strict=True))


def _part(
    where: tuple[int | None, str | None], wanted: QueueFilter, after: tuple[datetime, int] | None, limit: int
) -> tuple[str, list[Any]]:
    """Return the statement of one grant: LATERAL over the states where the order asks for it."""
    agency_id, city_code = where
    conditions: list[tuple[str, list[Any]]] = [
        ("r.agency_id = %s", [agency_id]) if agency_id is not None else ("true", []),
        ("r.city_code = %s", [city_code]) if city_code is not None else ("true", []),
        *_conditions(wanted),
    ]
    first, second, compare, direction = _ORDERS[wanted.order]
    if after is not None:
        conditions.append(
            (f"(r.due_at, r.id) {compare} (%s, %s)", list(after)) if second else (f"r.id {compare} %s", [after[1]])
        )
    order = ", ".join(f"r.{name} {direction}" for name in (first, second) if name)
    columns = ", ".join(f"r.{name}" for name in _COLUMNS)
    test = " AND ".join(text for text, _ in conditions)
    values = [value for _, each in conditions for value in each]
    tail = f"ORDER BY {order} LIMIT {int(limit)}"
    if wanted.order == "new" or not wanted.states:
        states: list[Any] = [list(map(str, wanted.states))] if wanted.states else []
        also = " AND r.state = ANY(%s)" if wanted.states else ""
        return f"SELECT {columns} FROM service_requests_request r WHERE {test}{also} {tail}", [*values, *states]  # noqa: S608 - names only
    by_category = " AND r.category = c.category" if wanted.categories else ""
    where_from = "unnest(%s::text[]) AS s(state)"
    arrays: list[Any] = [list(map(str, wanted.states))]
    if wanted.categories:  # an index scan for each state and category: neither order nor filter reads further rows
        where_from += " CROSS JOIN unnest(%s::text[]) AS c(category)"
        arrays.append(list(wanted.categories))
    inner = (
        f"SELECT {columns} FROM service_requests_request r "  # noqa: S608 - names only
        f"WHERE {test} AND r.state = s.state{by_category} {tail}"
    )
    return f"SELECT r.* FROM {where_from} CROSS JOIN LATERAL ({inner}) r", [*arrays, *values]  # noqa: S608


def _conditions(wanted: QueueFilter) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    if wanted.kinds:
        found.append(("r.request_kind = ANY(%s)", [list(map(str, wanted.kinds))]))
    if wanted.categories and (wanted.order == "new" or not wanted.states):
        found.append(("r.category = ANY(%s)", [list(wanted.categories)]))
    for name in ("region_code", "agency_id", "handler_id", "is_emergency"):
        value = getattr(wanted, name)
        if value is not None:
            found.append((f"r.{name} = %s", [value]))
    if wanted.level_from is not None:
        found.append(("r.level >= %s", [wanted.level_from]))
    if wanted.rung_from is not None:  # "> 0" is what the partial index says
        found.append(("r.rung > 0 AND r.rung >= %s", [wanted.rung_from]))
    if wanted.matter:  # "<> ''" is what the partial index says
        found.append(("r.matter <> '' AND r.matter = %s", [str(wanted.matter)]))
    if wanted.waits_for_approval:
        found.append(("r.extension IS NOT NULL", []))
    if wanted.due_from is not None:
        found.append(("r.due_at >= %s", [wanted.due_from]))
    if wanted.due_before is not None:
        found.append(("r.due_at < %s", [wanted.due_before]))
    return found


def _choices(row: ServiceRequest) -> tuple[Choice, ...]:
    return tuple(
        Choice(each["category_code"], each["probability"], tuple(each["reasons"])) for each in row.suggestion or ()
    )


def _reporter(row: Reporter) -> ReporterView:
    sealed = bytes(row.contact)
    phone = mask_phone(decrypt(sealed, context=CONTACT)) if sealed else None
    return ReporterView(row.role, row.account_id, phone, row.since_at)
