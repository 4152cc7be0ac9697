"""Routes: whom a request's lead has asked, the own parts, their steps. The same operations as the desk's pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from ninja import Path, Query, Router
from ninja.responses import Status

from shimin.capabilities.service_requests.api.routes import RequestId, photo_ids, row_id
from shimin.capabilities.service_requests.joint_handling.api.schemas import (
    CoHandlersIn,
    HandlersOut,
    OwnPartOut,
    PartOut,
    PartStepIn,
    own_part_out,
    part_out,
    told_out,
)
from shimin.capabilities.service_requests.joint_handling.public import (
    PartAction,
    accept_part,
    ask_co_handlers,
    decline_part,
    drop_part,
    get_led_part,
    get_own_part,
    give_contribution,
    insist_on_part,
    list_own_parts,
    list_parts,
    list_told_parts,
    show_photos,
    urge_part,
    waive_part,
)
from shimin.capabilities.service_requests.public import OFFICER, get_request_for
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, SignedIn, Staff, decode_cursor, encode_cursor

router = Router()
PartId = Annotated[IdText, Path()]
_Run = Callable[[dict[str, Any], PartStepIn], object]
_STEPS: dict[PartAction, _Run] = {
    PartAction.ACCEPT: lambda at, body: accept_part(**at),
    PartAction.DECLINE: lambda at, body: decline_part(**at, words=body.words),
    PartAction.GIVE: lambda at, body: give_contribution(**at, words=body.words, photo_ids=photo_ids(body.photos)),
    PartAction.WAIVE: lambda at, body: waive_part(**at, words=body.words),
    PartAction.URGE: lambda at, body: urge_part(**at, words=body.words),
    PartAction.INSIST: lambda at, body: insist_on_part(**at, words=body.words),
    PartAction.DROP: lambda at, body: drop_part(**at, words=body.words),
    PartAction.SHOW_PHOTOS: lambda at, body: show_photos(**at),
}


@router.get(
    "/me/requests/{request_id}/handlers", auth=SignedIn(), operation_id="list_request_handlers", response=HandlersOut,
    summary="Who leads my request and who co-handles it",
)  # fmt: skip
def get_handlers(request: Request, request_id: RequestId) -> dict[str, Any]:
    view = get_request_for(actor=request.actor, request_id=row_id(request_id))
    lead, parts = list_told_parts(request.actor, request_id=view.request_id, level=view.level)
    return {"lead": lead, "co_handlers": [told_out(part) for part in parts]}


@router.get(
    "/desk/requests/{request_id}/parts", auth=Staff(), operation_id="list_request_parts", response=list[PartOut],
    summary="Whom a request's lead has asked to co-handle, and what came of it",
)  # fmt: skip
def get_request_parts(request: Request, request_id: RequestId) -> list[dict[str, Any]]:
    return [part_out(part) for part in list_parts(request.actor, request_id=row_id(request_id))]


@router.post(
    "/desk/requests/{request_id}/parts", auth=Staff(), operation_id="ask_co_handlers", response={201: list[PartOut]},
    summary="Ask agencies to co-handle a request, as its lead or as the dispatcher",
)  # fmt: skip
def post_request_parts(request: Request, request_id: RequestId, body: CoHandlersIn) -> Status[list[dict[str, Any]]]:
    number = row_id(request_id)
    made = ask_co_handlers(
        actor=request.actor, request_id=number, agency_ids=[row_id(each) for each in body.agency_ids], wish=body.wish,
        days=body.days, now=clock.now(),
    )  # fmt: skip
    parts = list_parts(request.actor, request_id=number)
    return Status(201, [part_out(part) for part in parts if part.part_id in made])


@router.get(
    "/desk/parts", auth=Staff(OFFICER), operation_id="list_own_parts", response=Page[OwnPartOut],
    summary="What the caller's agency co-handles, the most urgent first",
)  # fmt: skip
def get_own_parts(request: Request, after: Annotated[str | None, Query(max_length=200)] = None) -> dict[str, Any]:
    page = list_own_parts(request.actor, after=_position(after))
    return {
        "items": [own_part_out(own) for own in page.lines],
        "next": encode_cursor(page.next[0].isoformat(), page.next[1]) if page.next else None,
    }


@router.get(
    "/desk/parts/{part_id}", auth=Staff(), operation_id="get_own_part", response=OwnPartOut,
    summary="One part of the caller's agency, with the request while co-handling is open",
)  # fmt: skip
def get_part(request: Request, part_id: PartId) -> dict[str, Any]:
    return own_part_out(get_own_part(actor=request.actor, part_id=row_id(part_id)))


@router.post(
    "/desk/parts/{part_id}/steps", auth=Staff(), operation_id="take_part_step", response=PartOut,
    summary="Accept, decline, contribute; as the lead go without, urge, show photos; as the dispatcher decide",
)  # fmt: skip
def post_part_step(request: Request, part_id: PartId, body: PartStepIn) -> dict[str, Any]:
    number = row_id(part_id)
    action = next((each for each in _STEPS if each == body.action), None)
    if action is None:
        raise InvalidInput(fields={"action": f"action 是其中之一：{'、'.join(map(str, _STEPS))}。"})
    _STEPS[action]({"actor": request.actor, "part_id": number, "now": clock.now()}, body)
    try:
        return part_out(get_own_part(actor=request.actor, part_id=number).part)
    except NotFound:
        return part_out(get_led_part(actor=request.actor, part_id=number))


def _position(text: str | None) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, part_id = decode_cursor(text, str, int)
    try:
        return datetime.fromisoformat(at), part_id
    except ValueError:
        raise InvalidInput(fields={"after": "不是这个列表的翻页位置"}) from None
