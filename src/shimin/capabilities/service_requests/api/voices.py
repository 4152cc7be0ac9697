"""Routes of voice files: send one, get one of a request by account or by number and code."""

from __future__ import annotations

from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpResponse
from ninja import File, Form, Path
from ninja.files import UploadedFile
from ninja.responses import Status

from shimin.capabilities.service_requests.api.routes import RequestId, address_of, router, row_id
from shimin.capabilities.service_requests.api.schemas import OpenedVoiceIn, SentVoiceOut
from shimin.capabilities.service_requests.public import (
    count_try,
    get_opened_request,
    get_voice_for,
    receive_request_voice,
)
from shimin.kernel import clock
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn
from shimin.kernel.web.files import voice_response


@router.post(
    "/requests/voices", auth=Public(acting=True), operation_id="send_request_voice", response={201: SentVoiceOut},
    summary="Send a voice file (m4a, mp3, amr, ogg, wav, webm; 20 MB, ten minutes at most) for a request or facts",
)  # fmt: skip
def post_voice(
    request: Request, voice: Annotated[UploadedFile, File()], city_code: Annotated[str, Form(pattern="^[0-9]{6}$")]
) -> Status[dict[str, Any]]:
    token, kept = receive_request_voice(
        actor=request.actor, upload=cast(BinaryIO, voice), city_code=city_code, now=clock.now(),
        address=address_of(request),
    )  # fmt: skip
    return Status(201, {"voice": token, "seconds": kept.seconds})


@router.get(
    "/me/requests/{request_id}/voices/{voice_id}", auth=SignedIn(acting=True), operation_id="get_request_voice",
    summary="A recording of one of my requests, as MP3",
)  # fmt: skip
def get_voice(request: Request, request_id: RequestId, voice_id: Annotated[IdText, Path()]) -> HttpResponse:
    digest = get_voice_for(actor=request.actor, request_id=row_id(request_id), voice_id=row_id(voice_id))
    return voice_response(request, digest)


@router.post(
    "/requests/voices/look-up", auth=Public(acting=True), operation_id="look_up_request_voice",
    summary="A recording of a request by number and query code, as MP3",
)  # fmt: skip
def post_opened_voice(request: Request, body: OpenedVoiceIn) -> HttpResponse:
    number = check_public_number(body.number)
    count_try(number, address_of(request), clock.now())
    view = get_opened_request(actor=request.actor, number=number, code=body.code)
    digest = get_voice_for(
        actor=request.actor, request_id=view.request_id, voice_id=row_id(body.voice_id), number=number, code=body.code
    )
    return voice_response(request, digest)
