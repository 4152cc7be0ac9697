"""What staff see of one request, with all that belongs to it."""

from __future__ import annotations

from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import TABLE, Action
from shimin.capabilities.service_requests.handles import CONTACT
from shimin.capabilities.service_requests.models import Reporter, RequestNote, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.ports import Choice
from shimin.capabilities.service_requests.queries.insults import insults
from shimin.capabilities.service_requests.queries.matters import ruled_out, view_matter
from shimin.capabilities.service_requests.queries.photos import list_photos
from shimin.capabilities.service_requests.queries.rows import may, may_read
from shimin.capabilities.service_requests.queries.views import (
    DeskRequest,
    NoteView,
    ReporterView,
    clock_view,
    place_of,
    queue_line,
    step_view,
)
from shimin.capabilities.service_requests.queries.voices import list_voices
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.values.masking import mask_phone


def get_desk_request(*, actor: Actor, request_id: int) -> DeskRequest:
    """Return one request in the actor's grants, with steps, notes, reporters and possible actions.

    Raises:
        NotFound: there is none in the actor's grants.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这件诉求。")
    with scope(actor):
        row = ServiceRequest.objects.filter(id=request_id).first()
        if row is None or not may_read(actor, row):
            raise NotFound("没有找到这件诉求。")
        steps = list(RequestStep.objects.filter(request_id=row.id).order_by("version"))
        notes = list(RequestNote.objects.filter(request_id=row.id).order_by("id"))
        reporters = list(Reporter.objects.filter(request_id=row.id).order_by("id")[:200])
        photos, voices = list_photos(actor, row), list_voices(actor, row)
        matter = view_matter(actor, row)
    return DeskRequest(
        line=queue_line(row), words=row.words, place=place_of(row), accuracy_metres=row.accuracy_metres,
        channel=row.channel, is_anonymous=row.account_id is None, is_confidential=row.is_confidential,
        is_for_other=row.mandate_id is not None, is_fixed=row.is_fixed, category_by=row.category_by,
        choices=_choices(row), clock=clock_view(row), extension=row.extension, draft=row.draft,
        drafted_by_id=row.drafted_by_id, answer=row.answer, answered_at=row.answered_at,
        published_answer=row.published_answer, rating=row.rating, wants_contact=row.wants_contact,
        parent_id=row.parent_id, merged_into_id=row.merged_into_id, mirror_of_id=row.mirror_of_id,
        steps=tuple(step_view(step, for_staff=True) for step in steps),
        notes=tuple(NoteView(note.id, note.account_id, note.words, note.written_at) for note in notes),
        reporters=tuple(map(_reporter, reporters)), actions=actions_for(actor, row), photos=photos,
        voices=voices,
        matter=matter,
        has_insults=bool(insults().found_in(row.words)),
    )  # fmt: skip


def find_desk_request(*, actor: Actor, number: str) -> int:
    """Return the id of the request with this (checked) number in the actor's grants.

    Raises:
        NotFound: there is none.
    """
    with scope(actor):
        row = ServiceRequest.objects.filter(city_code=number[:6], number=number).first()
    if row is None or not may_read(actor, row):
        raise NotFound("没有找到这件诉求。", mend="请检查编号，或换一个岗位登录。")
    return int(row.id)


def actions_for(actor: Actor, row: ServiceRequest) -> tuple[Action, ...]:
    """Return what the table lets the actor do with the request now."""
    state = RequestState(row.state)
    possible = tuple(step.action for step in TABLE if state in step.start and may(actor, step.who, row))
    left_out = ruled_out(row.matter)
    return tuple(action for action in possible if action not in left_out)


def _choices(row: ServiceRequest) -> tuple[Choice, ...]:
    return tuple(
        Choice(each["category_code"], each["probability"], tuple(each["reasons"])) for each in row.suggestion or ()
    )


def _reporter(row: Reporter) -> ReporterView:
    sealed = bytes(row.contact)
    phone = mask_phone(decrypt(sealed, context=CONTACT)) if sealed else None
    return ReporterView(row.role, row.account_id, phone, row.since_at)
