"""Routes of 12315: find a business, file a complaint or report against one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from shimin.capabilities.service_requests.api.routes import address_of, photo_ids
from shimin.capabilities.service_requests.api.schemas import PhotoTokens, ReceiptOut, Words
from shimin.capabilities.service_requests.consumer.public import (
    Business,
    Complainant,
    file_consumer,
    find_businesses,
    get_business,
    read_wish,
)
from shimin.capabilities.service_requests.public import RequestKind
from shimin.kernel import clock
from shimin.kernel.clock import local_date
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import Public, idempotency_key

router = Router()


class BusinessOut(Schema):
    """A business of the register. `status`: operating, abnormal or deregistered; degrees are WGS-84."""

    credit_code: str
    name: str
    status: str
    trade: str
    address: str
    region_code: str
    lng: float | None
    lat: float | None


class ConsumerIn(Schema):
    """A complaint (needs an account, `name`, `phone`, `address`, `demand`) or report against a business.

    The business: by `credit_code` as the register has it, or by `business_name` and `business_address`.
    """

    city_code: str = Field(pattern="^[0-9]{6}$", examples=["430100"])
    kind: str = Field(pattern="^(complaint|report)$")
    words: Words
    credit_code: str = Field(default="", pattern="^([0-9A-Z]{18})?$")
    business_name: str = Field(default="", max_length=400)
    business_address: str = Field(default="", max_length=800)
    goods: str = Field(default="", max_length=800)
    demand: str = Field(default="", pattern="^(refund|replace|repair|compensation|perform|other)?$")
    bought_date: date | None = None
    amount_fen: int | None = Field(default=None, ge=0, le=10_000_000_000)
    name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=800)
    is_confidential: bool = False
    photos: PhotoTokens


@router.get(
    "/businesses", auth=Public(), operation_id="find_businesses", response=list[BusinessOut],
    summary="Businesses of a city's register by code or a part of their name, at most twenty",
)  # fmt: skip
def get_businesses(
    request: Request,
    city_code: Annotated[str, Query(pattern="^[0-9]{6}$")],
    q: Annotated[str, Query(min_length=2, max_length=60)],
) -> list[Business]:
    found = find_businesses(city_code=city_code, text=q, now=clock.now(), address=address_of(request))
    return list(found)


@router.post(
    "/consumer-matters", auth=Public(acting=True), operation_id="file_consumer_matter", response={201: ReceiptOut},
    summary="12315: file a complaint or report against a business; repeat it safely with an Idempotency-Key",
)  # fmt: skip
def post_consumer_matter(request: Request, body: ConsumerIn) -> Status[dict[str, Any]]:
    now, address = clock.now(), address_of(request)
    if body.credit_code:
        firm = get_business(city_code=body.city_code, credit_code=body.credit_code, now=now, address=address)
    else:
        firm = Business(body.business_name, body.business_address)
    wish = read_wish(
        kind=RequestKind(body.kind), business=firm, complainant=Complainant(body.name, body.phone, body.address),
        goods=body.goods, demand=body.demand, bought_date=body.bought_date, amount_fen=body.amount_fen,
        today=local_date(now),
    )  # fmt: skip
    receipt = file_consumer(
        actor=request.actor, city_code=body.city_code, wish=wish, words=body.words,
        is_confidential=body.is_confidential, idempotency_key=idempotency_key(request) or "", now=now, address=address,
        channel="api", photo_ids=photo_ids(body.photos),
    )  # fmt: skip
    names = ("request_id", "number", "query_code", "due_at", "is_repeated")
    told = {name: getattr(receipt, name) for name in names}
    return Status(201, {**told, "kind": str(receipt.kind), "personal_data": list(receipt.personal_data)})
