"""Recordings: of a request, for who may hear it, and of a form that is not filed yet, for who holds its token."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shimin.capabilities.service_requests.public import VoiceGone, get_voice_for
from shimin.capabilities.service_requests.web.follow import open_request
from shimin.capabilities.service_requests.web.voice_uploads import voice_of_token
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public, staff
from shimin.kernel.web.files import voice_response


@require_safe
@public(transaction=False, acting=True)
def own(request: Request, number: str, voice_id: str) -> HttpResponse:
    """Play a recording of a request to who filed it."""
    opened = open_request(request, number)
    digest = get_voice_for(
        actor=request.actor, request_id=opened.view.request_id, voice_id=_id(voice_id), number=opened.view.number,
        code=opened.code,
    )  # fmt: skip
    return voice_response(request, digest)


@require_safe
@staff(transaction=False)
def desk(request: Request, request_id: str, voice_id: str) -> HttpResponse:
    """Play a recording of a request at the desk."""
    return voice_response(
        request, get_voice_for(actor=request.actor, request_id=_id(request_id), voice_id=_id(voice_id))
    )


@require_safe
@public(transaction=False)
def waiting(request: Request, token: str) -> HttpResponse:
    """Play a recording that waits to be filed."""
    try:
        kept = voice_of_token(token)
    except VoiceGone:
        raise NotFound("没有找到这段录音。") from None
    return voice_response(request, kept.digest)


def _id(text: str) -> int:
    """Return an id that fits the database; others name nothing."""
    number = int(text)
    if number >= 2**63:
        raise NotFound("没有找到这段录音。")
    return number
