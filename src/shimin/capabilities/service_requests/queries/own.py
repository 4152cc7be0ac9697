"""What people see of their requests: by their account, or by number and query code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.handles import query_code
from shimin.capabilities.service_requests.models import Reporter, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.queries.insults import mask_for_others
from shimin.capabilities.service_requests.queries.matters import view_matter
from shimin.capabilities.service_requests.queries.opening import WrongCode, opened
from shimin.capabilities.service_requests.queries.photos import list_photos
from shimin.capabilities.service_requests.queries.rows import is_reporter
from shimin.capabilities.service_requests.queries.views import (
    RequestLine,
    RequestView,
    clock_view,
    place_of,
    step_view,
)
from shimin.capabilities.service_requests.queries.voices import list_voices
from shimin.kernel import rate
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.rows import columns, made
from shimin.kernel.values.numbers import check_public_number

PAGE = 20
_PER_ADDRESS, _PER_NUMBER = 30, 100
_HOUR, _DAY = 3600, 86_400
_LIST_COLUMNS = (
    "id", "number", "city_code", "request_kind", "state", "title", "filed_at", "clock", "due_at", "is_clock_running",
    "clock_note", "ended_at",
)  # fmt: skip
# S608: names of columns of our own models.
_REQUEST = f"""
    SELECT {columns(ServiceRequest, "r")}, EXISTS (SELECT 1 FROM service_requests_photo p WHERE p.request_id = r.id),
        EXISTS (SELECT 1 FROM service_requests_voice v WHERE v.request_id = r.id)
    FROM service_requests_request r WHERE r.id = %s
"""  # noqa: S608
_STEPS = f"""
    SELECT {columns(RequestStep, "s")} FROM service_requests_step s
    WHERE s.request_id = %s AND s.is_public ORDER BY s.version
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class OwnPage:
    """One page of one's requests, the newest first; ``next`` is the id the following page comes after."""

    requests: tuple[RequestLine, ...]
    next: int | None


def get_request_for(*, actor: Actor, request_id: int) -> RequestView:
    """Return a request of the actor's, filed or joined. Three statements; one more with photos, one with recordings.

    Raises:
        NotFound: the actor has none of this id.
    """
    if actor.kind is not ActorKind.CITIZEN:
        raise NotFound("没有找到这件诉求。")
    with scope(actor):
        return _view(actor, request_id, None)


def find_request(*, actor: Actor, number: str) -> int:
    """Return the id of the actor's request with this number.

    Raises:
        PublicNumberInvalid: the number has a slip.
        NotFound: the actor has none.
    """
    whole = check_public_number(number)
    if actor.kind is not ActorKind.CITIZEN:
        raise NotFound("没有找到这件诉求。", mend="请登录，或用编号和查询码查询。")
    with scope(actor):
        found = ServiceRequest.objects.filter(city_code=whole[:6], number=whole).values_list("id", flat=True).first()
    if found is None:
        raise NotFound("没有找到这件诉求。", mend="请登录提交时的账号，或用编号和查询码查询。")
    return int(found)


def look_up_request(*, actor: Actor, number: str, code: str, now: datetime, address: str = "") -> RequestView:
    """Return a request by number and query code, for whoever has both. Not inside a transaction.

    Tries are counted: by ``address``, and by number over a day, so that codes cannot be tried through.

    Raises:
        PublicNumberInvalid: the number has a slip.
        WrongCode: no such number with this code.
        TooManyRequests: too many tries.
    """
    whole = check_public_number(number)
    count_try(whole, address, now)
    return get_opened_request(actor=actor, number=whole, code=code)


def get_opened_request(*, actor: Actor, number: str, code: str) -> RequestView:
    """Return a request by number and query code, where the tries need no count: the platform itself has kept the code.

    Raises:
        PublicNumberInvalid, WrongCode: see ``look_up_request``.
    """
    with scope(actor):
        return _view(actor, opened(number, code), number)


def count_try(number: str, address: str, now: datetime) -> None:
    """Count one try of a query code; see ``look_up_request``."""
    rate.hit("service_requests.code_from", address, limit=_PER_ADDRESS, window_seconds=_HOUR, now=now)
    rate.hit("service_requests.code_of", number, limit=_PER_NUMBER, window_seconds=_DAY, now=now)


def list_requests(actor: Actor, *, after: int | None = None, limit: int = PAGE) -> OwnPage:
    """Return the requests that the actor filed or joined. Two statements at most.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        reported = Reporter.objects.filter(account_id=actor.account_id)
        ids = list(
            (reported.filter(request_id__lt=after) if after else reported)
            .order_by("-request_id")
            .values_list("request_id", flat=True)[: limit + 1]
        )
        rows = ServiceRequest.objects.filter(id__in=ids[:limit]).order_by("-id").only(*_LIST_COLUMNS)
        lines = tuple(map(_line, rows))
    return OwnPage(lines, ids[limit - 1] if len(ids) > limit else None)


def latest_open(actor: Actor, limit: int = 3) -> Sequence[RequestLine]:
    """Return the actor's newest requests that are not closed. One statement."""
    with scope(actor):
        rows = ServiceRequest.objects.filter(
            account_id=actor.account_id, state__in=[*map(str, OPEN_STATES), str(RequestState.ANSWERED)]
        ).order_by("-id").only(*_LIST_COLUMNS)[:limit]  # fmt: skip
        return [_line(row) for row in rows]


def _view(actor: Actor, request_id: int, unlocked_number: str | None) -> RequestView:
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST, [request_id])
        found = cursor.fetchone()
        if found is None:
            raise WrongCode if unlocked_number else NotFound("没有找到这件诉求。")
        row, has_photos, has_voices = made(ServiceRequest, found[:-2]), found[-2], found[-1]
        cursor.execute(_STEPS, [request_id])
        views = tuple(step_view(made(RequestStep, step), for_staff=False) for step in cursor.fetchall())
    unlocked_id = row.id if unlocked_number else None
    is_filer = is_reporter(actor, row, unlocked_id)
    if not is_filer:  # what others wrote is theirs: who joined sees what the offices did
        views = tuple(each for each in views if each.by in (ActorKind.STAFF, ActorKind.SYSTEM))
    return RequestView(
        request_id=row.id, number=row.number, city_code=row.city_code, kind=RequestKind(row.request_kind),
        state=RequestState(row.state), level=row.level, is_emergency=row.is_emergency,
        is_confidential=row.is_confidential, is_filer=is_filer,
        title=row.title if is_filer else mask_for_others(row.title), words=row.words if is_filer else "",
        category=row.category, place=place_of(row), filed_at=row.filed_at, clock=clock_view(row), answer=row.answer,
        answered_at=row.answered_at, rating=row.rating if is_filer else "", merged_into_id=row.merged_into_id,
        steps=views, query_code=query_code(row.id) if is_filer else "",
        photos=list_photos(actor, row, unlocked_id) if has_photos else (),
        voices=list_voices(actor, row, unlocked_id) if has_voices else (),
        matter=view_matter(actor, row) if is_filer else None,
    )  # fmt: skip


def _line(row: ServiceRequest) -> RequestLine:
    return RequestLine(
        request_id=row.id, number=row.number, city_code=row.city_code, kind=RequestKind(row.request_kind),
        state=RequestState(row.state), title=row.title, filed_at=row.filed_at, clock=clock_view(row),
    )  # fmt: skip
