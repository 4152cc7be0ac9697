"""Queues of staff: requests of their agencies and cities by keyset pages, with filters, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.queries.rows import STAFF_ROLES
from shimin.capabilities.service_requests.queries.views import QueueLine
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden

PAGE = 50
_COLUMNS = (
    "id", "number", "city_code", "region_code", "request_kind", "state", "level", "is_emergency", "title", "address",
    "category", "agency_id", "handler_id", "returns", "filed_at", "dispatched_at", "due_at", "is_clock_running",
    "look_again_date", "extension IS NOT NULL", "ended_at", "rung",
)  # fmt: skip
_ORDERS = {"due": ("due_at", "id", ">", ""), "new": ("id", None, "<", "DESC")}
# A word that one row in ten has is found among the first rows of the queue, and a small queue is looked through whole.
_LOOKED_AT = 500
# From here on a word is so common that reading the queue in its order finds a page sooner than its index.
_MOST_FOUND = 5_000
_HAS_ADDRESS = "strpos(service_requests_plain(r.address), service_requests_plain(%s)) > 0"

Condition = tuple[str, list[Any]]
Scope = tuple[int | None, str | None]


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which requests a queue shows; None or empty: all. ``due_from``/``due_before`` bound the promise, half-open.

    ``order`` is "due" (the most urgent first, over ``states``) or "new" (the newest first; ``states`` may be empty).
    ``waits_for_approval``: an extension was asked for. ``matter``: only of that one (``ORDINARY``: of all).
    ``address``: a part of the address, two characters or more (``read_address_part``); spaces, case and width of
    letters do not count.
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
    address: str = ""
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
    """Return requests in the grants that the actor holds for ``roles``, by keyset pages. One statement, with an
    ``address`` up to three.

    One index scan for each grant and state (LATERAL), so that a page costs the same at a thousand rows and a million.
    ``after`` is the ``next`` of the page before; with order "new" only its id counts.

    Raises:
        Forbidden: the actor holds none of the roles.
    """
    scopes = scopes_of(actor, roles)
    with scope(actor), connection.cursor() as cursor:
        if wanted.address:
            rows = _at_address(cursor, scopes, wanted, after, limit + 1)
        else:
            rows = _fetch(cursor, *_in_order(scopes, wanted, after, limit + 1))
    lines = tuple(map(line_of, rows[:limit]))
    return QueuePage(lines, (lines[-1].due_at, lines[-1].request_id) if len(rows) > limit else None)


def count_queue(actor: Actor, *, wanted: QueueFilter, roles: Sequence[str] = STAFF_ROLES, most: int = 100) -> int:
    """Return how many requests a queue holds, ``most`` when there are that many or more. One statement."""
    try:
        return len(list_queue(actor, wanted=wanted, roles=roles, limit=most).lines)
    except Forbidden:
        return 0


def scopes_of(actor: Actor, roles: Sequence[str]) -> list[Scope]:
    """Return (agency, city) of the actor's grants; one that lies within another is left out, or rows came twice.

    Raises:
        Forbidden: the actor holds none of the roles.
    """
    if actor.kind is not ActorKind.STAFF:
        raise Forbidden
    held = {(grant.agency_id, grant.region_code) for grant in actor.grants if grant.role in roles}
    if not held:
        raise Forbidden
    return sorted((each for each in held if not any(_within(each, other) for other in held)), key=str)


def _within(inner: Scope, outer: Scope) -> bool:
    return inner != outer and all(wide in (None, narrow) for narrow, wide in zip(inner, outer, strict=True))


def _at_address(
    cursor: Any, scopes: list[Scope], wanted: QueueFilter, after: tuple[datetime, int] | None, limit: int
) -> list[tuple[Any, ...]]:
    """Return the page of requests with a part of their address, whichever way reads the fewest rows.

    The index answers through a function of the owner: none of its operators may run before the policies.
    """
    looked, rows = _look_through(cursor, scopes, replace(wanted, address=""), after, limit, wanted.address)
    if looked < _LOOKED_AT or len(rows) == limit:
        return rows
    states = list(map(str, wanted.states))
    calls = ", ".join("service_requests_at_address(%s, %s, %s, %s, %s)" for _ in scopes)
    arguments = [value for agency, city in scopes for value in (wanted.address, city, agency, states, _MOST_FOUND + 1)]
    found: Sequence[list[int] | None] = _fetch(cursor, f"SELECT {calls}", arguments)[0]
    if any(ids is not None and len(ids) > _MOST_FOUND for ids in found):
        return _fetch(cursor, *_in_order(scopes, wanted, after, limit))
    conditions = [
        ("r.id = ANY(%s)", [[each for ids in found for each in ids or ()]]),
        *conditions_of(replace(wanted, address="")),
        *_after(wanted, after),
    ]
    order = order_of(wanted, "r.")
    text = (
        f"SELECT {columns()} FROM service_requests_request r WHERE {all_of(conditions)} ORDER BY {order} LIMIT {limit}"  # noqa: S608 - names only
    )
    return _fetch(cursor, text, values_of(conditions))


def _look_through(
    cursor: Any,
    scopes: list[Scope],
    wanted: QueueFilter,
    after: tuple[datetime, int] | None,
    limit: int,
    address: str,
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many rows the queue gave, at most ``_LOOKED_AT``, and those of them with the address."""
    keys, values = _keys(scopes, wanted, after, _LOOKED_AT)
    order = order_of(wanted, "r.")
    text = (
        f"WITH k AS MATERIALIZED ({keys}) SELECT n.looked, q.* FROM (SELECT count(*) AS looked FROM k) n "  # noqa: S608 - names only
        f"LEFT JOIN LATERAL (SELECT {columns()} FROM k JOIN service_requests_request r ON r.id = k.id "
        f"WHERE {_HAS_ADDRESS} ORDER BY {order} LIMIT {limit}) q ON true"
    )
    rows = _fetch(cursor, text, [*values, address])
    return int(rows[0][0]), [row[1:] for row in rows if row[1] is not None]


def _in_order(
    scopes: list[Scope], wanted: QueueFilter, after: tuple[datetime, int] | None, limit: int
) -> tuple[str, list[Any]]:
    """Return the statement of a page: its keys from the indexes alone, then its rows."""
    keys, values = _keys(scopes, wanted, after, limit)
    text = (
        f"SELECT {columns()} FROM ({keys}) k JOIN service_requests_request r ON r.id = k.id "  # noqa: S608 - names only
        f"ORDER BY {order_of(wanted, 'r.')}"
    )
    return text, values


def _keys(
    scopes: list[Scope], wanted: QueueFilter, after: tuple[datetime, int] | None, limit: int
) -> tuple[str, list[Any]]:
    """Return the statement of the first ``limit`` keys of all grants together."""
    parts = [_part(each, wanted, after, limit) for each in scopes]
    text = " UNION ALL ".join(f"({part})" for part, _ in parts)
    text = f"SELECT id, due_at FROM ({text}) q ORDER BY {order_of(wanted, '')} LIMIT {int(limit)}"  # noqa: S608 - names only
    return text, [value for _, values in parts for value in values]


def _part(where: Scope, wanted: QueueFilter, after: tuple[datetime, int] | None, limit: int) -> tuple[str, list[Any]]:
    """Return the statement of one grant's keys: LATERAL over the states where the order asks for it."""
    agency_id, city_code = where
    in_turn = wanted.order == "due" and bool(wanted.states)
    conditions: list[Condition] = [
        ("r.agency_id = %s", [agency_id]) if agency_id is not None else ("true", []),
        ("r.city_code = %s", [city_code]) if city_code is not None else ("true", []),
        *conditions_of(replace(wanted, states=(), categories=()) if in_turn else wanted),
        *_after(wanted, after),
    ]
    tail = f"ORDER BY {order_of(wanted, 'r.')} LIMIT {int(limit)}"
    keys = "SELECT r.id, r.due_at FROM service_requests_request r WHERE"
    if not in_turn:
        return f"{keys} {all_of(conditions)} {tail}", values_of(conditions)
    by_category = " AND r.category = c.category" if wanted.categories else ""
    where_from = "unnest(%s::text[]) AS s(state)"
    arrays: list[Any] = [list(map(str, wanted.states))]
    if wanted.categories:  # an index scan for each state and category: neither order nor filter reads further rows
        where_from += " CROSS JOIN unnest(%s::text[]) AS c(category)"
        arrays.append(list(wanted.categories))
    inner = f"{keys} {all_of(conditions)} AND r.state = s.state{by_category} {tail}"
    return f"SELECT r.* FROM {where_from} CROSS JOIN LATERAL ({inner}) r", [*arrays, *values_of(conditions)]  # noqa: S608


def conditions_of(wanted: QueueFilter) -> list[Condition]:
    """Return what a filter asks of a row ``r``, as texts with their values."""
    found: list[Condition] = []
    if wanted.states:
        found.append(("r.state = ANY(%s)", [list(map(str, wanted.states))]))
    if wanted.kinds:
        found.append(("r.request_kind = ANY(%s)", [list(map(str, wanted.kinds))]))
    if wanted.categories:
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
    if wanted.address:
        found.append((_HAS_ADDRESS, [wanted.address]))
    return found


def _after(wanted: QueueFilter, after: tuple[datetime, int] | None) -> list[Condition]:
    _, second, compare, _ = _ORDERS[wanted.order]
    if after is None:
        return []
    return [(f"(r.due_at, r.id) {compare} (%s, %s)", list(after)) if second else (f"r.id {compare} %s", [after[1]])]


def order_of(wanted: QueueFilter, prefix: str) -> str:
    """Return what follows ORDER BY."""
    first, second, _, direction = _ORDERS[wanted.order]
    return ", ".join(f"{prefix}{name} {direction}" for name in (first, second) if name)


def columns() -> str:
    """Return the columns of a row ``r`` that ``line_of`` takes."""
    return ", ".join(f"r.{name}" for name in _COLUMNS)


def all_of(conditions: Iterable[Condition]) -> str:
    """Return what follows WHERE."""
    return " AND ".join(text for text, _ in conditions)


def values_of(conditions: Iterable[Condition]) -> list[Any]:
    """Return the values of the texts, in their order."""
    return [value for _, values in conditions for value in values]


def _fetch(cursor: Any, text: str, values: list[Any]) -> list[Any]:
    cursor.execute(text, values)
    return list(cursor.fetchall())


def line_of(row: tuple[Any, ...]) -> QueueLine:
    """Return a fetched row as a line: fifty model instances cost more than the statement."""
    request_id, number, city_code, region_code, kind, state, *more = row
    return QueueLine(request_id, number, city_code, region_code, RequestKind(kind), RequestState(state), *more)
