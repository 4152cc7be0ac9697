"""The page of one service: the guide, one clear button, and the materials of one's own situation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue import public as catalogue
from shimin.capabilities.catalogue.web.guide import guide_view
from shimin.kernel import clock
from shimin.kernel.web.access import Request, public


@require_safe
@public(transaction=False)
def item(request: Request, region_code: str, slug: str) -> HttpResponse:
    """Show the item as the region offers it now; ``?<question>=<choice>`` answers its situations.

    Raises:
        NotFound: there is no such region, or it shows no such item.
    """
    region = catalogue.get_region(region_code)
    now = clock.now()
    guide = catalogue.get_item(region_code, slug, now=now)
    catalogue.note_used(region_code, guide.card.item_id, now)
    context = {
        "region": region,
        "item": guide,
        "view": guide_view(guide, region, request.GET.dict(), request.actor),
        "related": catalogue.list_related(region_code, guide, now=now),
    }
    response = render(request, "catalogue/item.html", context)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
