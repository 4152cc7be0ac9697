"""Which recordings of a request the reader may hear, and where their files lie."""

from __future__ import annotations

from django.db.models import QuerySet

from shimin.capabilities.service_requests.models import RequestVoice, ServiceRequest
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.rows import is_reporter, may_read
from shimin.capabilities.service_requests.queries.views import VoiceView
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

_MOST = 50


def get_voice_for(*, actor: Actor, request_id: int, voice_id: int, number: str = "", code: str = "") -> str:
    """Return the digest of a recording's file: for who filed the request or has number and code, and for staff who may
    read it. Who joined hears nobody.

    Raises:
        NotFound: no such recording, or none for the actor.
    """
    with scope(actor):
        unlocked_id = opened(number, code) if code else None
        row = ServiceRequest.objects.filter(id=request_id).first()
        voice = None if row is None else _heard(actor, row, unlocked_id).filter(id=voice_id).first()
    if voice is None:
        raise NotFound("没有找到这段录音。")
    return str(voice.digest)


def list_voices(actor: Actor, row: ServiceRequest, unlocked_id: int | None = None) -> tuple[VoiceView, ...]:
    """Return the recordings of a request that the actor may hear, oldest first. In a scope; one statement."""
    rows = _heard(actor, row, unlocked_id).order_by("id")[:_MOST]
    return tuple(VoiceView(each.id, each.step_id or 0, each.seconds) for each in rows)


def _heard(actor: Actor, row: ServiceRequest, unlocked_id: int | None) -> QuerySet[RequestVoice]:
    voices = RequestVoice.objects.filter(request_id=row.id)
    if actor.kind is ActorKind.STAFF:
        return voices if may_read(actor, row) else voices.none()
    return voices if is_reporter(actor, row, unlocked_id) else voices.none()
