"""Search results of a city; the same list as a fragment while one types."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import get_region, most_used, search_items
from shimin.kernel.web.access import Request, public
from shimin.portal.views.home import SUGGESTIONS

LONGEST = 100


@require_safe
@public(transaction=False)
def search(request: Request, region_code: str) -> HttpResponse:
    """Show the services that answer ``?q=``, in the words of the person who asks."""
    region = get_region(region_code)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    result = search_items(region_code, text, limit=20) if text else None
    context = {
        "tab": "search",
        "region": region,
        "q": text,
        "result": result,
        "suggestions": SUGGESTIONS,
        "popular": [] if result and result.cards else most_used(region_code, limit=6),
        "search_url": reverse("portal:search", args=[region_code]),
    }
    name = "portal/_results.html" if "HX-Request" in request.headers else "portal/search.html"
    response = HttpResponse(render_to_string(name, context, request))
    response.headers["Vary"] = "HX-Request, Cookie"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
