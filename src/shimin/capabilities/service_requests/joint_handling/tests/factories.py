"""Parts for tests: asked, accepted, given."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.models import Agency
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.public import (
    accept_part,
    ask_co_handlers,
    give_contribution,
)
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, ROADS, handler, in_progress
from shimin.kernel.actor import Actor

WATER = 7_004
WISH = "请核实路面下的电缆是谁挖断的。"
LEAD = handler(LIGHTS)
HELPER = handler(ROADS, account_id=912)
OTHER = handler(WATER, account_id=913)


def found_water() -> None:
    """Make a third agency of the city."""
    about = {
        "region_code": CITY,
        "slug": "water",
        "name": "长沙水务",
        "short_name": "长沙水务",
        "uscc": "1" * 18,
        "doc": {},
    }
    Agency.objects.update_or_create(id=WATER, defaults=about)
    stamp.forget()


def asked(
    *, request_id: int | None = None, agency_id: int = ROADS, now: datetime = NOW, lead: Actor = LEAD, days: int = 2
) -> tuple[int, int]:
    """Return a request in progress and a part that an agency was asked for."""
    number = in_progress(now=now).request_id if request_id is None else request_id
    (part_id,) = ask_co_handlers(actor=lead, request_id=number, agency_ids=[agency_id], wish=WISH, days=days, now=now)
    return number, part_id


def accepted(**more: object) -> tuple[int, int]:
    """Return a request and a part that its agency has accepted."""
    request_id, part_id = asked(**more)  # type: ignore[arg-type]
    accept_part(actor=HELPER, part_id=part_id, now=NOW)
    return request_id, part_id


def given(**more: object) -> tuple[int, int]:
    """Return a request and a part with its contribution."""
    request_id, part_id = accepted(**more)
    give_contribution(actor=HELPER, part_id=part_id, words="电缆是施工单位挖断的，已责令修复。", now=NOW)
    return request_id, part_id
