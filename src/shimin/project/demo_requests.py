"""The requests of the demo city, as data/demo_requests.yaml tells them, each taken along by the people of the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.catalogue.public import get_agency
from shimin.capabilities.identity.public import find_demo_citizen, list_staff
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    Place,
    RequestKind,
    accept,
    dispatch,
    file_request,
    list_requests,
    read_filing,
    reply,
    reply_interim,
)
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.project.demo_city import accounts

_FILE = Path(__file__).parent / "data" / "demo_requests.yaml"


def file_demo_requests(now: datetime) -> int:
    """File the requests of residents who have none yet and return how many; the steps follow an hour apart.

    Raises:
        NotADemo: SHIMIN_DEMO is not set.
    """
    city_code = str(accounts()["officers"]["region"])
    told = yaml.safe_load(_FILE.read_text("utf-8"))
    residents = {each["phone"]: find_demo_citizen(phone=each["phone"]) for each in told}
    new = {
        phone: actor for phone, actor in residents.items() if actor is not None and not list_requests(actor).requests
    }
    fresh = [each for each in told if each["phone"] in new]
    for number, each in enumerate(fresh):
        _file(new[each["phone"]], each, city_code, f"demo-request-{number}", now)
    return len(fresh)


def _file(actor: Actor, told: dict[str, Any], city_code: str, key: str, now: datetime) -> None:
    at = now - timedelta(days=told["days"], minutes=30)
    lng, lat = told.get("point", (None, None))
    place = Place(told["address"], lng=lng, lat=lat)
    filing = read_filing(city_code=city_code, words=told["words"], kind=RequestKind(told["kind"]), place=place)
    request_id = file_request(actor=actor, filing=filing, idempotency_key=key, now=at).request_id
    if not told["to"]:
        return
    agency_id = get_agency(city_code, told["to"]).id
    dispatch(actor=_staff(DISPATCHER, None, city_code, now), request_id=request_id, agency_id=agency_id, now=at)
    officer = _staff(OFFICER, agency_id, city_code, now)
    for hours, (what, *said) in enumerate(told.get("then", ()), start=1):
        then = min(now, at + timedelta(hours=hours))
        if what == "accept":
            accept(actor=officer, request_id=request_id, now=then)
        elif what == "progress":
            reply_interim(actor=officer, request_id=request_id, words=said[0], now=then)
        else:
            reply(actor=officer, request_id=request_id, words=said[0], now=then)


def _staff(role: str, agency_id: int | None, city_code: str, now: datetime) -> Actor:
    """Return the member of the demo's staff who holds a role."""
    wanted = Grant(role, agency_id, city_code)
    account_id = next(each.account_id for each in list_staff(now) if wanted in each.grants)
    return Actor(ActorKind.STAFF, account_id=account_id, grants=(wanted,), channel="demo")
