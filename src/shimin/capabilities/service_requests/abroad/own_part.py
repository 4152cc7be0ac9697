"""The part of a person's data of calls from abroad: where they were, and how to reach them there."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import PersonalData, Rows, register_personal_data
from shimin.capabilities.service_requests.abroad.models import AbroadPlace
from shimin.capabilities.service_requests.abroad.queries.abroad import CONTACT_ABROAD
from shimin.capabilities.service_requests.domain.states import OPEN_STATES
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope

_MOST = 20_000


def export_places(actor: Actor) -> Rows:
    """Return where the actor asked for help abroad."""
    if actor.account_id is None:
        return []
    with scope(actor):
        rows = AbroadPlace.objects.filter(request__account_id=actor.account_id).order_by("id")[:_MOST]
        return [
            {
                "kind": "abroad", "number": each.request.number, "country": each.country, "place": each.place,
                "contact": decrypt(bytes(each.contact), context=CONTACT_ABROAD) if each.contact else "",
            }
            for each in rows.select_related("request")
        ]  # fmt: skip


def erase_places(account_id: int, person_id: int | None, now: datetime) -> int:
    """Erase place and contact of requests that have ended."""
    with scope(SYSTEM):
        mine = AbroadPlace.objects.filter(request__account_id=account_id)
        return mine.exclude(request__state__in=list(map(str, OPEN_STATES))).update(contact=b"", place="")


register_personal_data(
    PersonalData(
        key="abroad", title="境外求助", tables=("service_requests_abroad",), export=export_places, erase=erase_places,
        kept="只留求助时所在的国家或地区，用于统计。",
    )
)  # fmt: skip
