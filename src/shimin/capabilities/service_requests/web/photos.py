"""Pictures: of a request, for who may see it, and of a form that is not filed yet, for who holds its token."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shimin.capabilities.service_requests.public import PhotoGone, get_photo_for
from shimin.capabilities.service_requests.web.follow import open_request
from shimin.capabilities.service_requests.web.uploads import photo_of_token
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.web.access import Request, public, staff
from shimin.kernel.web.files import photo_response


@require_safe
@public(transaction=False, acting=True)
def own(request: Request, number: str, photo_id: str, size: str) -> HttpResponse:
    """Show a photo of a request to who reported it."""
    opened = open_request(request, number)
    digest = get_photo_for(
        actor=request.actor, request_id=opened.view.request_id, photo_id=_id(photo_id), size=RenditionName(size),
        number=opened.view.number, code=opened.code,
    )  # fmt: skip
    return photo_response(request, digest)


@require_safe
@staff(transaction=False)
def desk(request: Request, request_id: str, photo_id: str, size: str) -> HttpResponse:
    """Show a photo of a request at the desk."""
    digest = get_photo_for(
        actor=request.actor, request_id=_id(request_id), photo_id=_id(photo_id), size=RenditionName(size)
    )
    return photo_response(request, digest)


@require_safe
@public(transaction=False)
def waiting(request: Request, token: str) -> HttpResponse:
    """Show the small picture of a photo that waits to be filed."""
    try:
        kept = photo_of_token(token)
    except PhotoGone:
        raise NotFound("没有找到这张照片。") from None
    return photo_response(request, kept.small)


def _id(text: str) -> int:
    """Return an id that fits the database; others name nothing."""
    number = int(text)
    if number >= 2**63:
        raise NotFound("没有找到这张照片。")
    return number
