"""Choose a city: by search, by first letter, from the last ones, by where one is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue import public as catalogue
from shimin.capabilities.catalogue.public import Region
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public
from shimin.ui.frame import CITY_COOKIE

RECENT_COOKIE = "shimin_recent"
RECENT = 4
_A_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
@public(transaction=False)
def picker(request: Request) -> HttpResponse:
    """Lead back to the last city; with ``?choose=1``, a search or a division, let the person choose one."""
    last = request.COOKIES.get(CITY_COOKIE, "")
    if not {"choose", "q", "in"} & set(request.GET) and catalogue.has_region(last):
        return redirect("portal:city_home", last)
    wanted = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:40]
    inside = _region(request.GET.get("in", ""))
    recent = _recent(request, last)
    context = {
        "q": wanted,
        "found": catalogue.find_regions(wanted, limit=30) if wanted else None,
        "recent": recent,
        "served": catalogue.served_regions(),
        "letters": _by_letter(catalogue.all_cities()) if not wanted and inside is None else (),
        "inside": inside,
        "children": catalogue.list_cities(inside.code) if inside else catalogue.list_cities(),
        "no_city_near": "nowhere" in request.GET,
    }
    response = render(request, "catalogue/picker.html", context)
    response.headers["Cache-Control"] = "private, no-cache"
    _remember(request, response, recent)
    return response


@require_safe
@public(transaction=False)
def nearest(request: Request) -> HttpResponseRedirect:
    """Lead to the city nearest to ``?lng=&lat=``. The position is used once and kept nowhere."""
    try:
        lng, lat = float(request.GET.get("lng", "")), float(request.GET.get("lat", ""))
    except ValueError:
        return redirect("/?choose=1&nowhere=1")
    known = math.isfinite(lng) and math.isfinite(lat) and -180 <= lng <= 180 and -90 <= lat <= 90
    city = catalogue.nearest_city(lng, lat) if known else None
    response = redirect("portal:city_home", city.code) if city else redirect("/?choose=1&nowhere=1")
    response.headers["Cache-Control"] = "no-store"
    return response


def _region(code: str) -> Region | None:
    try:
        return catalogue.get_region(code) if code else None
    except NotFound:
        return None


def _recent(request: Request, last: str) -> list[Region]:
    """Return the cities opened last, the newest first."""
    codes = dict.fromkeys([last, *request.COOKIES.get(RECENT_COOKIE, "").split(".")])
    return [region for region in map(_region, codes) if region is not None][:RECENT]


def _remember(request: Request, response: HttpResponse, recent: Iterable[Region]) -> None:
    value = ".".join(region.code for region in recent)
    if value and value != request.COOKIES.get(RECENT_COOKIE):
        response.set_cookie(
            RECENT_COOKIE, value, max_age=_A_YEAR_SECONDS, httponly=True, samesite="Lax",
            secure=settings.SHIMIN.secure_cookies,
        )  # fmt: skip


def _by_letter(cities: Iterable[Region]) -> list[tuple[str, list[Region]]]:
    return [(letter.upper(), list(group)) for letter, group in groupby(cities, key=lambda city: city.pinyin[:1])]
