"""A queue on the map: pins where there is script, and always a list beside it, narrowed to a district by its links."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import list_cities
from shimin.capabilities.service_requests.public import MOST_PINS, Box, list_pins, list_queue, read_box
from shimin.capabilities.service_requests.web.desk import queue_row
from shimin.capabilities.service_requests.web.desk_filters import chips, form_context, link, read_filter
from shimin.capabilities.service_requests.web.desk_queues import QUEUES, RequestQueue
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff

MOST_LISTED = 50
_LEAST_REACH = 0.05  # degrees


@require_safe
@staff()
def desk_map(request: Request, key: str) -> HttpResponse:
    """Show a queue's requests in the box of the address as a list; the script draws them and follows the map."""
    shown, now = _queue(key), clock.now()
    asked = read_filter(shown, request.GET, now)
    box, found = _box(request.GET.get("box", "")), None
    if box is None:
        lines = list_queue(request.actor, wanted=asked.wanted, roles=(shown.role,)).lines
    else:
        found = list_pins(request.actor, box=box, wanted=asked.wanted, roles=(shown.role,))
        lines = tuple(pin.line for pin in found.pins[:MOST_LISTED])
    context = {
        "queue": f"service_requests.{key}",
        "key": key,
        "title": shown.title,
        "rows": [queue_row(line, now) for line in lines],
        "box": box,
        "found": found,
        "most": MOST_PINS,
        "most_listed": MOST_LISTED,
        "requests_url": reverse("service_requests:desk_request", args=[0]).removesuffix("0"),
        "pins_query": link(request.GET, box=""),
        "areas": _areas(shown, request),
        "chips": chips(shown, request.GET, asked),
        **form_context(shown, request.GET, asked, request.actor),
    }
    return _private(render(request, "service_requests/desk/map.html", context, status=422 if asked.fault else 200))


@require_safe
@staff()
def pins(request: Request, key: str) -> HttpResponse:
    """Tell the script which pins lie in the box."""
    shown, now = _queue(key), clock.now()
    asked = read_filter(shown, request.GET, now)
    if asked.fault:
        raise InvalidInput(fields={"address": asked.fault})
    box = read_box(request.GET.get("box", ""))
    found = list_pins(request.actor, box=box, wanted=asked.wanted, roles=(shown.role,))
    return _private(HttpResponse(orjson.dumps(found.as_geojson(now)), content_type="application/geo+json"))


def _queue(key: str) -> RequestQueue:
    shown = QUEUES.get(key)
    if shown is None:
        raise NotFound
    return shown


def _box(text: str) -> Box | None:
    try:
        return read_box(text) if text else None
    except InvalidInput:
        return None


def _areas(shown: RequestQueue, request: Request) -> list[dict[str, Any]]:
    """Return the districts of the actor's cities, each with its middle and the address of the box around it.

    Outlines are not known here: a box reaches as far as the middle of the nearest other district.
    """
    cities = sorted({each.region_code for each in request.actor.grants if each.role == shown.role and each.region_code})
    known = [each for city in cities for each in list_cities(city) if each.lng is not None and each.lat is not None]
    middles = [(float(each.lng or 0), float(each.lat or 0)) for each in known]
    found = []
    for at, (district, (lng, lat)) in enumerate(zip(known, middles, strict=True)):
        others = (max(abs(lng - x), abs(lat - y)) for n, (x, y) in enumerate(middles) if n != at)
        reach = max(_LEAST_REACH, min(others, default=_LEAST_REACH))
        box = ",".join(f"{edge:.4f}" for edge in (lng - reach, lat - reach, lng + reach, lat + reach))
        name, current = district.short_name or district.name, request.GET.get("box") == box
        url = link(request.GET, box=box)
        found.append({"name": name, "lng": f"{lng:.5f}", "lat": f"{lat:.5f}", "url": url, "current": current})
    return found


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
