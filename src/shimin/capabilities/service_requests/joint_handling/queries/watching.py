"""Parts across requests: what co-handlers owe the actor's requests, what waits for the dispatcher, who is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.joint_handling.domain.parts import LENT_PARTS, OPEN_PARTS, PartState
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.queries.parts import PartView, agency_names, part_view
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, OFFICER, SUPERVISOR
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden

MOST = 100
_STATES = {OFFICER: LENT_PARTS, DISPATCHER: (PartState.DECLINED,), SUPERVISOR: OPEN_PARTS}
_SELECT = """
    SELECT p.id, r.number::text, r.title, r.request_kind, r.is_emergency, r.filed_at, r.is_clock_running, r.agency_id
    FROM joint_handling_part p JOIN service_requests_request r ON r.id = p.request_id
    WHERE p.state = ANY(%s) AND p.level = r.level
      AND r.state IN ('dispatched', 'in_progress', 'suspended', 'in_review', 'returned') AND ({where})
    ORDER BY p.due_at, p.id LIMIT %s
"""
_FIGURES = """
    SELECT p.agency_id, count(*),
      count(*) FILTER (WHERE p.responded_at < p.respond_by_at),
      count(*) FILTER (WHERE p.reason <> ''),
      count(*) FILTER (WHERE p.given_at IS NOT NULL),
      count(*) FILTER (WHERE p.given_at < p.due_at),
      count(*) FILTER (WHERE p.state = 'waived'),
      count(*) FILTER (WHERE p.state IN ('asked', 'accepted') AND p.due_at <= %s)
    FROM joint_handling_part p
    WHERE p.city_code = %s AND p.asked_at >= %s AND p.asked_at < %s
    GROUP BY p.agency_id ORDER BY 8 DESC, 2 DESC, p.agency_id
"""


@dataclass(frozen=True, slots=True)
class WatchedPart:
    """A part with what its light takes from the request."""

    part: PartView
    number: str
    title: str
    kind: RequestKind
    is_emergency: bool
    filed_at: datetime
    is_clock_running: bool
    lead: str


@dataclass(frozen=True, slots=True)
class CoFigures:
    """How an agency co-handled what it was asked for in a span; numbers are parts.

    ``responded_in_time``: accepted or declined within a working day. ``late``: not given, and overdue now.
    """

    agency_id: int
    agency: str
    asked: int
    responded_in_time: int
    declined: int
    given: int
    given_in_time: int
    waived: int
    late: int


def list_watched(actor: Actor, *, role: str, limit: int = MOST) -> tuple[WatchedPart, ...]:
    """Return parts as ``role`` watches them, the most urgent first. Two statements.

    An officer: of the requests that the own agency leads. The dispatcher: declined ones. The supervisor: all open ones.

    Raises:
        Forbidden: the actor does not hold the role.
    """
    grants = [grant for grant in actor.grants if grant.role == role] if actor.kind is ActorKind.STAFF else []
    if not grants or role not in _STATES:
        raise Forbidden
    conditions, values = [], []
    for grant in grants:
        agency_id = grant.agency_id if role == OFFICER else None
        own = [("r.agency_id = %s", agency_id), ("r.city_code = %s", grant.region_code)]
        conditions.append(" AND ".join(text for text, value in own if value is not None) or "true")
        values += [value for _, value in own if value is not None]
    statement = _SELECT.format(where=" OR ".join(f"({each})" for each in conditions))
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(statement, [list(map(str, _STATES[role])), *values, limit])
        rows = cursor.fetchall()
        parts = Part.objects.in_bulk([row[0] for row in rows])
    names = agency_names()
    return tuple(_watched(parts[row[0]], row, names) for row in rows if row[0] in parts)


def count_watched(actor: Actor, *, role: str) -> int:
    """Return how many parts wait as ``role`` watches them, at most a hundred."""
    try:
        return len(list_watched(actor, role=role))
    except Forbidden:
        return 0


def count_co_handling(
    actor: Actor, *, city_code: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Sequence[CoFigures]:
    """Return how each agency of a city co-handled what it was asked for in a span. One statement.

    Raises:
        Forbidden: the actor is no supervisor of the city.
    """
    if not any(
        grant.role == SUPERVISOR and grant.agency_id is None and grant.region_code in (None, city_code)
        for grant in (actor.grants if actor.kind is ActorKind.STAFF else ())
    ):
        raise Forbidden
    names = agency_names()
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_FIGURES, [now, city_code, starts_at, ends_at])
        return [CoFigures(row[0], names.get(row[0], ""), *row[1:]) for row in cursor.fetchall()]


def _watched(part: Part, row: tuple[Any, ...], names: dict[int, str]) -> WatchedPart:
    _, number, title, kind, is_emergency, filed_at, is_clock_running, lead_id = row
    return WatchedPart(
        part_view(part, (), set()), number, title, RequestKind(kind), is_emergency, filed_at, is_clock_running,
        names.get(lead_id, ""),
    )  # fmt: skip
