"""Internal notes of staff."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.models import RequestNote, ServiceRequest
from shimin.capabilities.service_requests.queries.rows import may_read
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.ids import new_id

LONGEST_NOTE = 2_000


def add_note(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Write an internal note and return its id; a note is never changed.

    Raises:
        InvalidInput: nothing is said.
        NotFound: no such request in the actor's grants.
    """
    text = read_words(words, longest=LONGEST_NOTE)
    if actor.kind is not ActorKind.STAFF or actor.account_id is None:
        raise NotFound("没有找到这件诉求。")
    with scope(actor):
        row = ServiceRequest.objects.filter(id=request_id).first()
        if row is None or not may_read(actor, row):
            raise NotFound("没有找到这件诉求。")
        note = RequestNote(
            id=new_id(), request_id=row.id, city_code=row.city_code, account_id=actor.account_id, words=text,
            written_at=now,
        )  # fmt: skip
        note.save(force_insert=True)
        audit.record(
            actor=actor, action="service_requests.add_note", target="request", target_id=row.id, now=now,
            city_code=row.city_code,
        )  # fmt: skip
    return int(note.id)
