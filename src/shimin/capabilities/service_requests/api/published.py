"""Routes of published answers: for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Path, Query, Schema

from shimin.capabilities.service_requests.api.routes import RequestId, router, row_id
from shimin.capabilities.service_requests.public import get_published_answer, get_published_photo
from shimin.kernel.files import RenditionName
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public
from shimin.kernel.web.files import photo_response


class PublishedPhotoOut(Schema):
    """A photo that was picked for everybody; `width` x `height` pixels of the large picture."""

    photo_id: IdText
    width: int
    height: int


class PublishedOut(Schema):
    """A published answer; what belongs to people is blotted out."""

    request_id: IdText
    city_code: str
    title: str
    answer: str
    agency_id: IdText | None
    published_at: datetime
    photos: list[PublishedPhotoOut]


@router.get(
    "/requests/published/{request_id}", auth=Public(), operation_id="get_published_answer", response=PublishedOut,
    summary="A published answer",
)  # fmt: skip
def get_one(request: Request, request_id: RequestId) -> dict[str, Any]:
    found = get_published_answer(request.actor, row_id(request_id))
    names = ("request_id", "city_code", "title", "answer", "agency_id", "published_at")
    photos = [{name: getattr(each, name) for name in ("photo_id", "width", "height")} for each in found.photos]
    return {**{name: getattr(found, name) for name in names}, "photos": photos}


@router.get(
    "/requests/published/{request_id}/photos/{photo_id}", auth=Public(), operation_id="get_published_photo",
    summary="A photo of a published answer, as JPEG",
)  # fmt: skip
def get_photo(
    request: Request,
    request_id: RequestId,
    photo_id: Annotated[IdText, Path()],
    size: Annotated[RenditionName, Query()] = RenditionName.LARGE,
) -> HttpResponse:
    return photo_response(request, get_published_photo(request.actor, row_id(request_id), row_id(photo_id), size))
