"""Routes of photos: send one, get one of a request by account or by number and code."""

from __future__ import annotations

from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpResponse
from ninja import File, Form, Path, Query
from ninja.files import UploadedFile
from ninja.responses import Status

from shimin.capabilities.service_requests.api.routes import RequestId, address_of, router, row_id
from shimin.capabilities.service_requests.api.schemas import OpenedPhotoIn, SentPhotoOut
from shimin.capabilities.service_requests.public import (
    count_try,
    get_opened_request,
    get_photo_for,
    receive_request_photo,
)
from shimin.kernel import clock
from shimin.kernel.files import RenditionName
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn
from shimin.kernel.web.files import photo_response


@router.post(
    "/requests/photos", auth=Public(acting=True), operation_id="send_request_photo", response={201: SentPhotoOut},
    summary="Send a photo (JPEG, PNG, WebP, HEIC, at most 20 MB) for a request or step; its position only by consent",
)  # fmt: skip
def post_photo(
    request: Request,
    photo: Annotated[UploadedFile, File()],
    city_code: Annotated[str, Form(pattern="^[0-9]{6}$")],
    with_position: Annotated[bool, Form()] = False,
) -> Status[dict[str, Any]]:
    received = receive_request_photo(
        actor=request.actor,
        upload=cast(BinaryIO, photo),
        city_code=city_code,
        now=clock.now(),
        address=address_of(request),
    )
    position = received.position if with_position else None
    told = {"photo": received.token, "width": received.width, "height": received.height}
    return Status(201, {**told, "lng": position and position.lng, "lat": position and position.lat})


@router.get(
    "/me/requests/{request_id}/photos/{photo_id}", auth=SignedIn(acting=True), operation_id="get_request_photo",
    summary="A photo of one of my requests, as JPEG",
)  # fmt: skip
def get_photo(
    request: Request,
    request_id: RequestId,
    photo_id: Annotated[IdText, Path()],
    size: Annotated[RenditionName, Query()] = RenditionName.LARGE,
) -> HttpResponse:
    digest = get_photo_for(
        actor=request.actor, request_id=row_id(request_id), photo_id=row_id(photo_id), size=size
    )  # fmt: skip
    return photo_response(request, digest)


@router.post(
    "/requests/photos/look-up", auth=Public(acting=True), operation_id="look_up_request_photo",
    summary="A photo of a request by number and query code, as JPEG",
)  # fmt: skip
def post_opened_photo(request: Request, body: OpenedPhotoIn) -> HttpResponse:
    number = check_public_number(body.number)
    count_try(number, address_of(request), clock.now())
    view = get_opened_request(actor=request.actor, number=number, code=body.code)
    digest = get_photo_for(
        actor=request.actor, request_id=view.request_id, photo_id=row_id(body.photo_id),
        size=RenditionName(body.size), number=number, code=body.code,
    )  # fmt: skip
    return photo_response(request, digest)
