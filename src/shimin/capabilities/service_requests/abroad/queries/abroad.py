"""What is known of a call from abroad, and of the duty desk's shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shimin.capabilities.service_requests.abroad.domain.abroad import Whereabouts, Zone, all_countries
from shimin.capabilities.service_requests.abroad.models import AbroadPlace, DutyHandOver
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.queries.matters import MatterRoom, MatterView, register_matter
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, WHOLE_CITY
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

CONTACT_ABROAD = "service_requests.abroad.contact"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class HandOverView:
    """One hand-over of the duty desk. ``is_own``: the reader gave it, so another takes it."""

    hand_over_id: int
    given_at: datetime
    words: str
    open_count: int
    taken_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class AbroadView(MatterView):
    """Where somebody is abroad, and how to reach them as far as the reader may know."""

    whereabouts: Whereabouts

    def as_json(self) -> dict[str, Any]:
        """Return country and place; how to reach somebody stays with the duty desk."""
        return {"country": self.whereabouts.country.code, "place": self.whereabouts.place}


def abroad_view(actor: Actor, row: ServiceRequest) -> AbroadView | None:
    """Return where the person of a request is abroad. In the scope of who may see the row.

    The duty desk sees name and contact in full: it must call at once. Officers of agencies see neither.
    """
    found = AbroadPlace.objects.filter(city_code=row.city_code, request_id=row.id).first()
    country = all_countries().get(found.country) if found else None
    if found is None or country is None:
        return None
    may_know = actor.kind is not ActorKind.STAFF or any(map(actor.has_role, WHOLE_CITY))
    is_told = may_know and bool(found.contact)
    said = orjson.loads(decrypt(bytes(found.contact), context=CONTACT_ABROAD)) if is_told else {}
    zone = next((each for each in country.zones if each.name == found.zone), country.zones[0])
    where = Whereabouts(
        country, Zone(found.zone, zone.place, zone.lat, zone.lng) if zone.name != found.zone else zone, found.place,
        said.get("name", ""), said.get("contact", ""), row.lng, row.lat,
    )  # fmt: skip
    return AbroadView(where)


def list_hand_overs(actor: Actor) -> list[HandOverView]:
    """Return the newest hand-overs of the actor's city.

    Raises:
        NotFound: the actor is no dispatcher of one city.
    """
    city_code = duty_city(actor)
    with scope(actor):
        rows = list(DutyHandOver.objects.filter(city_code=city_code).order_by("-id")[:_SHOWN])
    return [
        HandOverView(row.id, row.given_at, row.words, row.open_count, row.taken_at, row.given_by_id == actor.account_id)
        for row in rows
    ]


def duty_city(actor: Actor) -> str:
    """Return the city whose duty desk the actor sits at.

    Raises:
        NotFound: at none.
    """
    found = next((grant.region_code for grant in actor.grants if grant.role == DISPATCHER and grant.region_code), None)
    if found is None:
        raise NotFound
    return found


register_matter(MatterRoom(Matter.ABROAD, abroad_view))
