"""Choose the place of a matter from a list: what lies near by, or what a district has. Works without a script.

The page carries all that was written, so nothing is lost on the way there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from shimin.capabilities.catalogue.public import (
    KnownPlace,
    Region,
    get_known_place,
    list_cities,
    list_known_places,
    list_nearby_places,
)
from shimin.capabilities.service_requests.web.forms import AskForm
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request

NEARBY_STEPS = ("places", "place", "back")
_LONGEST_NAME = 40
_lists = LocalBucket(limit=60, per_seconds=60)


def chosen_place(said: QueryDict, city_code: str) -> KnownPlace | None:
    """Return the place that was picked, None when none was, or it is none of the city's."""
    text = said.get("place", "")
    if said.get("step") != "place" or not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    try:
        return get_known_place(city_code=city_code, place_id=int(text))
    except NotFound:
        return None


def with_place(said: QueryDict, place: KnownPlace | None) -> dict[str, Any]:
    """Return what was written with the place in it, if any; what stood in the address is kept behind its name."""
    kept = {name: said.get(name, "") for name in AskForm.base_fields if name not in ("photos", "voices")}
    if place is None:
        return kept
    before = kept["address"].strip()
    kept["address"] = place.name if before in place.name else f"{place.name}，{before.removeprefix(place.name)}"
    return {
        **kept, "region_code": place.region_code, "lng": place.lng, "lat": place.lat, "accuracy_metres": "",
    }  # fmt: skip


def nearby_page(
    request: Request, city: Region, photo_tokens: Sequence[str], voice_tokens: Sequence[str]
) -> HttpResponse:
    """Show the lists."""
    said, address = request.POST, str(request.META.get("REMOTE_ADDR", ""))
    _lists.take(str(request.actor.account_id or address))
    districts = list_cities(city.code)
    district = next((each for each in districts if each.code == said.get("district")), None)
    name = said.get("place_name", "").replace("\0", "").strip()[:_LONGEST_NAME]
    lng, lat = _degrees(said, "lng", 180), _degrees(said, "lat", 90)
    names = {each.code: each.short_name for each in districts}
    with scope(request.actor):
        near = list_nearby_places(city_code=city.code, lng=lng, lat=lat) if lng is not None and lat is not None else ()
        listed = (
            list_known_places(city_code=city.code, region_code=district.code if district else "", name=name)
            if district or name
            else ()
        )
    context = {
        "city": city, "districts": districts, "district": district, "place_name": name,
        "has_position": lng is not None and lat is not None, "lng": lng, "lat": lat,
        "near": [(each, names.get(each.region_code, ""), _away(each.metres or 0)) for each in near],
        "listed": [(each, names.get(each.region_code, "")) for each in listed],
        "fault": said.get("step") == "place",
        "fields": [
            *((key, said[key]) for key in AskForm.base_fields if said.get(key)),
            *(("photo", token) for token in photo_tokens), *(("voice", token) for token in voice_tokens),
        ],
    }  # fmt: skip
    status = 422 if context["fault"] else 200
    response = render(request, "service_requests/nearby.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _away(metres: int) -> str:
    return f"约 {max(10, round(metres, -1))} 米" if metres < 1000 else f"约 {metres / 1000:.1f} 公里"


def _degrees(said: QueryDict, name: str, most: int) -> float | None:
    """Return the degrees of where somebody is, or of the position that the form has already; None without sense."""
    try:
        value = float(said.get(f"near_{name}") or said.get(name, ""))
    except ValueError:
        return None
    return value if -most <= value <= most else None
