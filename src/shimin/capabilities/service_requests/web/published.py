"""A published answer, for everybody: title, answer, the photos that were picked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import get_region, list_agencies
from shimin.capabilities.service_requests.public import get_published_answer, get_published_photo
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.web.access import Request, public
from shimin.kernel.web.files import photo_response


@require_safe
@public(transaction=False)
def published(request: Request, request_id: str) -> HttpResponse:
    """Show a published answer."""
    found = get_published_answer(request.actor, _id(request_id))
    names = {agency.id: agency.name for agency in list_agencies()}
    context = {"found": found, "city": get_region(found.city_code), "agency": names.get(found.agency_id or 0, "")}
    return render(request, "service_requests/published.html", context)


@require_safe
@public(transaction=False)
def photo(request: Request, request_id: str, photo_id: str, size: str) -> HttpResponse:
    """Show a photo of a published answer."""
    digest = get_published_photo(request.actor, _id(request_id), _id(photo_id), RenditionName(size))
    return photo_response(request, digest)


def _id(text: str) -> int:
    """Return an id that fits the database; others name nothing."""
    number = int(text)
    if number >= 2**63:
        raise NotFound("没有找到这条公开的答复。")
    return number
