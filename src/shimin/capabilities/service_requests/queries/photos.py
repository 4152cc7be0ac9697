"""Which photos of a request the reader may see, and where their files lie."""

from __future__ import annotations

from django.db.models import QuerySet

from shimin.capabilities.service_requests.models import RequestPhoto, ServiceRequest
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.rows import is_reporter, may_read
from shimin.capabilities.service_requests.queries.views import PhotoView
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName

_MOST = 200


def get_photo_for(
    *, actor: Actor, request_id: int, photo_id: int, size: RenditionName, number: str = "", code: str = ""
) -> str:
    """Return the digest of a photo's file: for who filed the request, for staff who may read it; who joined and who
    has number and code see what these show.

    Raises:
        NotFound: no such photo, or none for the actor.
    """
    with scope(actor):
        unlocked_id = opened(number, code) if code else None
        row = ServiceRequest.objects.filter(id=request_id).first()
        photo = None
        if row is not None:
            photo = _seen(actor, row, unlocked_id).filter(id=photo_id).first()
    if photo is None:
        raise NotFound("没有找到这张照片。")
    return str(photo.large if size is RenditionName.LARGE else photo.small)


def list_photos(actor: Actor, row: ServiceRequest, unlocked_id: int | None = None) -> tuple[PhotoView, ...]:
    """Return the photos of a request that the actor may see, oldest first. In a scope; one statement."""
    rows = _seen(actor, row, unlocked_id).order_by("id")[:_MOST]
    return tuple(
        PhotoView(each.id, each.step_id or 0, each.by_staff, each.is_shown, each.width, each.height, each.is_published)
        for each in rows
    )


def _seen(actor: Actor, row: ServiceRequest, unlocked_id: int | None) -> QuerySet[RequestPhoto]:
    photos = RequestPhoto.objects.filter(request_id=row.id)
    if actor.kind is ActorKind.STAFF:
        return photos if may_read(actor, row) else photos.none()
    shown = photos.filter(is_shown=True)
    return shown if is_reporter(actor, row, unlocked_id) else shown.filter(by_staff=True)
