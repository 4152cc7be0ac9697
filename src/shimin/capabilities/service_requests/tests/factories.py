"""Requests for tests, also of other capabilities: filed, dispatched, answered; officers with their grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from shimin.capabilities.catalogue.models import Agency, Region
from shimin.capabilities.catalogue.tests.factories import OTHER_CITY, REGIONS, load_regions
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    REVIEWER,
    Receipt,
    RequestKind,
    accept,
    dispatch,
    file_request,
    read_filing,
    reply,
)
from shimin.kernel.actor import Actor
from shimin.kernel.testing import citizen, officer

_keys = count(1)
CITY = "430100"
LIGHTS, ROADS, ELSEWHERE = 7_001, 7_002, 7_003
WORDS = "岳麓区桐梓坡路口的路灯坏了半个月，晚上过马路很危险，希望尽快修好。"
RESIDENT = citizen(account_id=701, person_id=801)
NEIGHBOUR = citizen(account_id=702, person_id=802)
DESPATCHER = officer(DISPATCHER, account_id=901, region_code=CITY)
THEIR_DESPATCHER = officer(DISPATCHER, account_id=902, region_code=OTHER_CITY)


@dataclass(frozen=True, slots=True)
class City:
    """Agencies by what they do here: the one that has it to do, another of the city, one of another city."""

    lights: int = LIGHTS
    roads: int = ROADS
    elsewhere: int = ELSEWHERE


def found_city() -> City:
    """Make regions and agencies that are not there yet."""
    load_regions()
    city = City()
    for id_, region, slug, name in (
        (city.lights, CITY, "lights", "长沙路灯"),
        (city.roads, CITY, "roads", "长沙市政"),
        (city.elsewhere, OTHER_CITY, "lights", "株洲路灯"),
    ):
        about = {"region_code": region, "slug": slug, "name": name, "short_name": name, "uscc": "1" * 18, "doc": {}}
        Agency.objects.update_or_create(id=id_, defaults=about)
    return city


def leave_city() -> None:
    """Take regions and agencies away again, where a test has committed them."""
    Agency.objects.filter(id__in=(LIGHTS, ROADS, ELSEWHERE)).delete()
    Region.objects.filter(code__in=[row[0] for row in REGIONS]).delete()


def handler(agency_id: int, account_id: int = 911) -> Actor:
    """Return an officer of an agency."""
    return officer(OFFICER, account_id=account_id, agency_id=agency_id, region_code=CITY)


def head(agency_id: int, account_id: int = 921) -> Actor:
    """Return a reviewer of an agency."""
    return officer(REVIEWER, account_id=account_id, agency_id=agency_id, region_code=CITY)


def new_key() -> str:
    """Return an idempotency key that no other call returned."""
    return f"filing-{next(_keys):08d}"


def file(
    words: str = WORDS,
    *,
    actor: Actor = RESIDENT,
    now: datetime = NOW,
    key: str | None = None,
    kind: RequestKind | None = None,
    **more: Any,
) -> Receipt:
    """File a request in the demo city."""
    filing = read_filing(city_code=CITY, words=words, kind=kind, **more)
    return file_request(
        actor=actor, filing=filing, idempotency_key=new_key() if key is None else key, now=now, address="192.0.2.7"
    )


def dispatched(*, actor: Actor = RESIDENT, now: datetime = NOW, agency_id: int = LIGHTS, **more: Any) -> Receipt:
    """File a request and dispatch it."""
    receipt = file(actor=actor, now=now, **more)
    dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=agency_id, now=now)
    return receipt


def in_progress(*, actor: Actor = RESIDENT, now: datetime = NOW, agency_id: int = LIGHTS, **more: Any) -> Receipt:
    """File, dispatch and accept a request."""
    receipt = dispatched(actor=actor, now=now, agency_id=agency_id, **more)
    accept(actor=handler(agency_id), request_id=receipt.request_id, now=now)
    return receipt


def answered(*, actor: Actor = RESIDENT, now: datetime = NOW, **more: Any) -> Receipt:
    """File a request and have it answered."""
    receipt = in_progress(actor=actor, now=now, **more)
    reply(actor=handler(LIGHTS), request_id=receipt.request_id, words="路灯已经修好。", now=now)
    return receipt
