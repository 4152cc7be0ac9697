"""Requests about one's own data: as their owner sees them, and as the privacy officer does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.rights import Right, RightState, light_of
from shimin.capabilities.identity.models import RightRequest
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound, SignInRequired
from shimin.kernel.values.masking import mask_id_number

PRIVACY = "identity.privacy"
PAGE = 100


@dataclass(frozen=True, slots=True)
class RightView:
    """A request as pages show it; a relative's number masked."""

    request_id: int
    right: Right
    part: str
    state: RightState
    light: str
    words: str
    name: str
    id_number: str
    relation: str
    answer: str
    asked_at: datetime
    due_at: datetime
    answered_by: str
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state is RightState.OPEN


def require_privacy_officer(actor: Actor) -> None:
    """Let privacy officers pass.

    Raises:
        Forbidden: somebody else.
    """
    if actor.kind is not ActorKind.STAFF or not actor.has_role(PRIVACY):
        raise Forbidden


def list_own_rights(actor: Actor, now: datetime) -> list[RightView]:
    """Return the actor's requests, newest first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = list(RightRequest.objects.filter(account_id=actor.account_id).order_by("-id")[:PAGE])
    return [_view(row, now) for row in rows]


def list_rights(actor: Actor, now: datetime) -> list[RightView]:
    """Return all requests: open ones by their day, then the others from the newest.

    Raises:
        Forbidden: no privacy officer.
    """
    require_privacy_officer(actor)
    with scope(actor):
        waiting = list(RightRequest.objects.filter(state=RightState.OPEN).order_by("due_at")[:PAGE])
        over = list(RightRequest.objects.exclude(state=RightState.OPEN).order_by("-id")[:PAGE])
    return [_view(row, now) for row in (*waiting, *over)]


def get_right_for(*, actor: Actor, request_id: int, now: datetime) -> RightView:
    """Return one request.

    Raises:
        NotFound: there is none.
        Forbidden: no privacy officer.
    """
    require_privacy_officer(actor)
    with scope(actor):
        row = RightRequest.objects.filter(id=request_id).first() if request_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return _view(row, now)


def count_open_rights(actor: Actor) -> int | None:
    """Return how many requests wait."""
    with scope(actor):
        return RightRequest.objects.filter(state=RightState.OPEN).count()


def _view(row: RightRequest, now: datetime) -> RightView:
    told = orjson.loads(decrypt(bytes(row.words), context=handles.RIGHT_WORDS))
    titles = {part.key: part.title for part in personal_data_parts()}
    state = RightState(row.state)
    return RightView(
        request_id=row.id, right=Right(row.right), part=titles.get(row.part, ""), state=state, words=told["words"],
        light=light_of(state, row.due_at, row.warned_at, now), name=told.get("name", ""),
        id_number=mask_id_number(told["id_number"]) if "id_number" in told else "", relation=told.get("relation", ""),
        answer=decrypt(bytes(row.answer), context=handles.RIGHT_ANSWER) if row.answer else "", asked_at=row.asked_at,
        due_at=row.due_at, answered_by=row.answered_by_name, answered_at=row.answered_at,
    )  # fmt: skip
