"""Routes: file a request, follow it by account or by number and code, take one's own steps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from shimin.capabilities.service_requests.api.schemas import (
    AskIn,
    LookUpIn,
    OpenedStepIn,
    PositionIn,
    ReceiptOut,
    RequestBriefOut,
    RequestIn,
    RequestOut,
    StepIn,
    SuggestionOut,
    brief_out,
    request_out,
    suggestion_out,
)
from shimin.capabilities.service_requests.public import (
    Action,
    Place,
    RequestKind,
    RequestView,
    Who,
    actions_from,
    add_facts,
    chase,
    count_try,
    file_request,
    get_opened_request,
    get_request_for,
    join_request,
    list_requests,
    look_over,
    look_up_request,
    rate_answer,
    read_filing,
    read_photo_tokens,
    read_rating,
    read_voice_tokens,
    reopen,
    update_position,
    withdraw,
    words_beside_voice,
)
from shimin.kernel import clock
from shimin.kernel.errors import NotFound
from shimin.kernel.rate import LocalBucket
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import (
    IdText,
    Page,
    Public,
    SignedIn,
    decode_cursor,
    encode_cursor,
    idempotency_key,
)

router = Router()
RequestId = Annotated[IdText, Path()]
_looks = LocalBucket(limit=20, per_seconds=60)


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@router.post(
    "/requests", auth=Public(acting=True), operation_id="file_request", response={201: ReceiptOut},
    summary="File a request, with or without an account; repeat it safely with an Idempotency-Key",
)  # fmt: skip
def post_request(request: Request, body: RequestIn) -> Status[dict[str, Any]]:
    filing = read_filing(
        city_code=body.city_code, words=words_beside_voice(body.words, has_voice=bool(body.voices)),
        kind=RequestKind(body.kind) if body.kind else None,
        place=Place(body.address, body.region_code, body.lng, body.lat), accuracy_metres=body.accuracy_metres,
        is_confidential=body.is_confidential, is_emergency=body.is_emergency, contact_phone=body.contact_phone,
    )  # fmt: skip
    receipt = file_request(
        actor=request.actor, filing=filing, idempotency_key=idempotency_key(request) or "", now=clock.now(),
        address=address_of(request), channel="api", photo_ids=photo_ids(body.photos),
        voice_ids=voice_ids(body.voices),
    )  # fmt: skip
    names = ("request_id", "number", "query_code", "due_at", "is_repeated")
    told = {name: getattr(receipt, name) for name in names}
    return Status(201, {**told, "kind": str(receipt.kind), "personal_data": list(receipt.personal_data)})


@router.post(
    "/requests/suggestions", auth=Public(acting=True), operation_id="suggest_request", response=SuggestionOut,
    summary="Look a text over: kind, category, agency, similar open requests, published answers; nothing is kept",
)  # fmt: skip
def post_suggestions(request: Request, body: AskIn) -> dict[str, Any]:
    _looks.take(str(request.actor.account_id or address_of(request)))
    filing = read_filing(
        city_code=body.city_code, words=body.words, place=Place(body.address, lng=body.lng, lat=body.lat)
    )
    return suggestion_out(look_over(actor=request.actor, filing=filing, now=clock.now()))


@router.post(
    "/requests/look-up", auth=Public(acting=True), operation_id="look_up_request", response=RequestOut,
    summary="A request by number and query code",
)  # fmt: skip
def post_look_up(request: Request, body: LookUpIn) -> dict[str, Any]:
    view = look_up_request(
        actor=request.actor, number=body.number, code=body.code, now=clock.now(), address=address_of(request)
    )
    return _out(view)


@router.post(
    "/requests/steps", auth=Public(acting=True), operation_id="take_step_by_code", response=RequestOut,
    summary="Add facts, urge, withdraw, rate or reopen, by number and query code",
)  # fmt: skip
def post_opened_step(request: Request, body: OpenedStepIn) -> dict[str, Any]:
    now, number = clock.now(), check_public_number(body.number)
    count_try(number, address_of(request), now)
    view = get_opened_request(actor=request.actor, number=number, code=body.code)
    _take(request, view.request_id, body, now, number=number, code=body.code)
    return _out(get_opened_request(actor=request.actor, number=number, code=body.code))


@router.get(
    "/me/requests", auth=SignedIn(acting=True), operation_id="list_requests", response=Page[RequestBriefOut],
    summary="My requests, filed and joined, the newest first",
)  # fmt: skip
def get_requests(request: Request, after: Annotated[str | None, Query(max_length=100)] = None) -> dict[str, Any]:
    page = list_requests(request.actor, after=decode_cursor(after, int)[0] if after else None)
    return {
        "items": [brief_out(line) for line in page.requests],
        "next": encode_cursor(page.next) if page.next is not None else None,
    }


@router.get(
    "/me/requests/{request_id}", auth=SignedIn(acting=True), operation_id="get_request", response=RequestOut,
    summary="One of my requests with every step and the clock",
)  # fmt: skip
def get_one(request: Request, request_id: RequestId) -> dict[str, Any]:
    return _out(get_request_for(actor=request.actor, request_id=row_id(request_id)))


@router.post(
    "/me/requests/{request_id}/steps", auth=SignedIn(acting=True), operation_id="take_step", response=RequestOut,
    summary="Add facts, urge, withdraw, rate or reopen",
)  # fmt: skip
def post_step(request: Request, request_id: RequestId, body: StepIn) -> dict[str, Any]:
    _take(request, row_id(request_id), body, clock.now())
    return _out(get_request_for(actor=request.actor, request_id=row_id(request_id)))


@router.post(
    "/me/requests/{request_id}/position", auth=SignedIn(acting=True), operation_id="update_position",
    response=RequestOut,
    summary="Where the person in danger is now; for emergencies only",
)  # fmt: skip
def post_position(request: Request, request_id: RequestId, body: PositionIn) -> dict[str, Any]:
    update_position(
        actor=request.actor, request_id=row_id(request_id), lng=body.lng, lat=body.lat,
        accuracy_metres=body.accuracy_metres, now=clock.now(),
    )  # fmt: skip
    return _out(get_request_for(actor=request.actor, request_id=row_id(request_id)))


@router.post(
    "/me/requests/{request_id}/join", auth=SignedIn(), operation_id="join_request", response=RequestOut,
    summary="Join another's open request",
)  # fmt: skip
def post_join(request: Request, request_id: RequestId) -> dict[str, Any]:
    join_request(actor=request.actor, request_id=row_id(request_id), now=clock.now())
    return _out(get_request_for(actor=request.actor, request_id=row_id(request_id)))


def photo_ids(tokens: list[str]) -> list[int]:
    """Return the photos that tokens stand for.

    Raises:
        PhotoGone, TooManyPhotos: see ``read_photo_tokens``.
    """
    return [photo.photo_id for photo in read_photo_tokens(tokens)]


def voice_ids(tokens: list[str]) -> list[int]:
    """Return the recordings that tokens stand for.

    Raises:
        VoiceGone, TooManyVoices: see ``read_voice_tokens``.
    """
    return [voice.voice_id for voice in read_voice_tokens(tokens)]


def row_id(text: str) -> int:
    """Return an id that fits the database; others name nothing."""
    number = int(text)
    if number >= 2**63:
        raise NotFound("没有找到这件诉求。")
    return number


def _take(request: Request, request_id: int, body: StepIn, now: datetime, *, number: str = "", code: str = "") -> None:
    where: dict[str, Any] = {
        "actor": request.actor, "request_id": request_id, "now": now, "number": number, "code": code,
    }  # fmt: skip
    match Action(body.action):
        case Action.ADD_FACTS:
            add_facts(**where, words=body.words, photo_ids=photo_ids(body.photos), voice_ids=voice_ids(body.voices))
        case Action.CHASE:
            chase(**where, words=body.words)
        case Action.WITHDRAW:
            withdraw(**where, words=body.words)
        case Action.REOPEN:
            reopen(**where, words=body.words)
        case _:
            rate_answer(**where, rating=read_rating(body.rating), words=body.words, wants_contact=body.wants_contact)


def _out(view: RequestView) -> dict[str, Any]:
    actions = actions_from(view.state, Who.REPORTER) if view.is_filer else ()
    possible = [action for action in actions if action is not Action.POSITION or view.is_emergency]
    return request_out(view, [str(action) for action in possible])
