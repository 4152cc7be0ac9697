"""Routes for people abroad: local time and nearest mission of a place, a call for help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from shimin.capabilities.service_requests.abroad.public import (
    CALL_CENTRE,
    SOURCE,
    Whereabouts,
    file_abroad,
    get_country,
    nearest_mission,
    read_whereabouts,
)
from shimin.capabilities.service_requests.api.routes import address_of
from shimin.capabilities.service_requests.api.schemas import ReceiptOut, Words
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import Public, idempotency_key

router = Router()


class AbroadZoneOut(Schema):
    """A part of a country with one local time, its largest town, and the mission nearest to that."""

    zone: str
    place: str
    local_time: datetime
    mission: str
    kilometres: int
    is_in_country: bool


class AbroadCountryOut(Schema):
    """A country; `call_centre` answers day and night. `source`: where the data come from."""

    country: str
    name: str
    dial: str
    call_centre: str
    source: str
    zones: list[AbroadZoneOut]


class AbroadIn(Schema):
    """A call for help from abroad. `zone` may be left out where a country has one. A position is WGS-84."""

    city_code: str = Field(pattern="^[0-9]{6}$", examples=["430100"])
    country: str = Field(pattern="^[A-Z]{2}$", examples=["JP"])
    zone: str = Field(default="", max_length=60, examples=["Asia/Tokyo"])
    place: str = Field(max_length=1000)
    words: Words
    contact: str = Field(max_length=1000)
    name: str = Field(default="", max_length=400)
    lng: float | None = None
    lat: float | None = None
    is_emergency: bool = False


@router.get(
    "/abroad/{country}", auth=Public(), operation_id="get_abroad_country", response=AbroadCountryOut,
    summary="Local times and nearest embassy or consulate-general of a country",
)  # fmt: skip
def get_abroad_country(request: Request, country: str) -> dict[str, Any]:
    land, now = get_country(country[:2] if len(country) == 2 else ""), clock.now()
    zones = []
    for zone in land.zones:
        mission = nearest_mission(land.code, zone.lng, zone.lat)
        zones.append(
            {
                "zone": zone.name, "place": zone.place, "local_time": Whereabouts(land, zone, "", "", "").local(now),
                "mission": mission.name, "kilometres": mission.kilometres, "is_in_country": mission.is_here,
            }
        )  # fmt: skip
    return {
        "country": land.code, "name": land.name, "dial": land.dial, "call_centre": CALL_CENTRE,
        "source": SOURCE, "zones": zones,
    }  # fmt: skip


@router.post(
    "/abroad", auth=Public(acting=True), operation_id="file_abroad_request", response={201: ReceiptOut},
    summary="Ask for help from abroad; repeat it safely with an Idempotency-Key",
)  # fmt: skip
def post_abroad(request: Request, body: AbroadIn) -> Status[dict[str, Any]]:
    where = read_whereabouts(
        country=body.country, zone=body.zone, place=body.place, name=body.name, contact=body.contact, lng=body.lng,
        lat=body.lat,
    )  # fmt: skip
    receipt = file_abroad(
        actor=request.actor, city_code=body.city_code, whereabouts=where, words=body.words,
        is_emergency=body.is_emergency, idempotency_key=idempotency_key(request) or "", now=clock.now(),
        address=address_of(request),
    )  # fmt: skip
    names = ("request_id", "number", "query_code", "due_at", "is_repeated")
    told = {name: getattr(receipt, name) for name in names}
    return Status(201, {**told, "kind": str(receipt.kind), "personal_data": list(receipt.personal_data)})
