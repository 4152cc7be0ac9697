"""Routes: look up, what can be looked up, who read my data, disputes, callbacks."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import StringConstraints

from shimin.capabilities.enquiries.api.schemas import (
    DisputeFiledOut,
    DisputeIn,
    LookUpIn,
    OfferOut,
    ReadOut,
    RecordOut,
    offer_out,
    read_out,
    record_out,
)
from shimin.capabilities.enquiries.public import (
    UnknownView,
    actions_of,
    file_dispute,
    get_offer,
    get_read_for,
    list_reads,
    look_up,
    request_callback,
    tell,
)
from shimin.kernel import clock
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, Public, SignedIn, decode_cursor, encode_cursor

router = Router()

RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
_LOOK_UPS = "/regions/{code}/items/{slug}/look-ups"


@router.get(_LOOK_UPS, auth=Public(), operation_id="get_look_up", response=OfferOut, summary="What can be looked up")
def get_look_up(request: Request, code: RegionCode, slug: Slug) -> dict[str, Any]:
    now = clock.now()
    return offer_out(get_offer(code, slug, now), clock.local_date(now))


@router.post(
    _LOOK_UPS,
    auth=Public(acting=True),  # the item says whom it is for: a public record needs nobody
    operation_id="look_up",
    response=RecordOut,
    summary="Look up a record at its source",
    description="For a personal record the caller is signed in at the item's level and has given the consent the "
    "item asks for. Every call is in the person's access log, refused ones too.",
)
def post_look_up(request: Request, code: RegionCode, slug: Slug, body: LookUpIn) -> HttpResponse:
    now = clock.now()
    try:
        record = look_up(
            actor=request.actor, region_code=code, slug=slug, view_code=body.view, params=body.params,
            now=now, address=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
    except UnknownView:
        raise NotFound from None
    # Written out here: in a rush, checking our own answer against its schema would cost a tenth of the look-up.
    view = record.question.view
    actions = actions_of(actor=request.actor, offer=record.question.offer, view=view, records=record.extract, now=now)
    told = record_out(record, tell(view, record.extract), actions)
    response = HttpResponse(orjson.dumps(told), content_type="application/json")
    _keep_nowhere(response)
    return response


@router.post(
    _LOOK_UPS + "/callback",
    auth=SignedIn(level=2),
    operation_id="request_callback",
    response={204: None},
    summary="Be told when the source is back",
)
def post_callback(request: Request, code: RegionCode, slug: Slug) -> Status[None]:
    request_callback(actor=request.actor, region_code=code, slug=slug, now=clock.now())
    return Status(204, None)


@router.get(
    "/me/reads", auth=SignedIn(), operation_id="list_reads", response=Page[ReadOut], summary="Who has read my data"
)
def get_reads(
    request: Request,
    response: HttpResponse,
    after: Annotated[str | None, Query(max_length=100)] = None,
    item_id: Annotated[IdText | None, Query()] = None,
) -> dict[str, Any]:
    _keep_nowhere(response)
    position = decode_cursor(after, int)[0] if after else None
    page = list_reads(request.actor, after=position, item_id=int(item_id) if item_id else None)
    return {
        "items": [read_out(read) for read in page.reads],
        "next": encode_cursor(page.next) if page.next is not None else None,
    }


@router.get("/me/reads/{enquiry_id}", auth=SignedIn(), operation_id="get_read", response=ReadOut, summary="One reading")
def get_read(request: Request, response: HttpResponse, enquiry_id: Annotated[IdText, Path()]) -> dict[str, Any]:
    _keep_nowhere(response)
    return read_out(get_read_for(actor=request.actor, enquiry_id=int(enquiry_id)))


@router.post(
    "/me/reads/{enquiry_id}/dispute",
    auth=SignedIn(),
    operation_id="file_dispute",
    response={201: DisputeFiledOut},
    summary="Dispute a reading; a repeated call returns the first dispute",
)
def post_dispute(request: Request, enquiry_id: Annotated[IdText, Path()], body: DisputeIn) -> Status[dict[str, str]]:
    dispute_id = file_dispute(
        actor=request.actor, enquiry_id=int(enquiry_id), reason=body.reason, words=body.words, now=clock.now()
    )
    return Status(201, {"dispute_id": str(dispute_id)})


def _keep_nowhere(response: HttpResponse) -> None:
    """What belongs to one person stays in no cache on the way, nor in the browser's."""
    patch_cache_control(response, private=True, no_store=True)
