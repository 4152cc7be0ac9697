"""How every step is taken: lock → authorise → look into the table → change → step, audit, event. Two statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, ClockEffect, Step, step_from, step_of
from shimin.capabilities.service_requests.events import RequestMoved
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.answer_checks import ANSWERING, check_answer
from shimin.capabilities.service_requests.operations.photos import attach_photos
from shimin.capabilities.service_requests.operations.voices import attach_voices
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.rows import lock_in_order, lock_request, may, may_read
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.db import scope
from shimin.kernel.errors import DomainError, Forbidden, NotFound
from shimin.kernel.ids import new_id

LONGEST_REASON = 2_000
_JSON = {"clock", "extension", "suggestion"}
_WRITE = """
    WITH changed AS (UPDATE service_requests_request SET {changes} WHERE id = %s),
    stepped AS (
        INSERT INTO service_requests_step (
            id, request_id, city_code, version, action, state, taken_at, actor_kind, account_id, agency_id, words,
            is_public, details, due_at, is_clock_running)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s)),
    noted AS ({audit})
    {event}
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a step changes beside state and clock: columns by name, words for the timeline, details for the record.

    ``clock_amount``: by how much an extension lengthens it. ``clock``: the one that takes its place (reopening).
    ``clock_note``: why the clock stands. ``audit``: ids and codes, no words. ``is_public`` None: as the table says.
    ``photo_ids``, ``voice_ids``: received photos and recordings that the step uses.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    audit: Mapping[str, Any] = field(default_factory=dict)
    clock_amount: int = 0
    clock: Clock | None = None
    is_public: bool | None = None
    photo_ids: Sequence[int] = ()
    voice_ids: Sequence[int] = ()


Decide = Callable[[ServiceRequest, str], Change]


def take_step(
    *,
    actor: Actor,
    request_id: int,
    action: Action,
    now: datetime,
    decide: Decide,
    words: str = "",
    number: str = "",
    code: str = "",
    other_id: int | None = None,
) -> int:
    """Take one step in one transaction and return the step's id.

    ``decide`` gets the locked row and the checked words and says what changes; it may refuse with a named error.
    ``number`` with ``code`` open the request to who has no account. ``other_id`` names a second request that ``decide``
    looks at: both are locked in the order of their ids. A refusal is recorded after the rollback.

    Raises:
        NotFound: no such request, or none the actor may see.
        Forbidden: the actor sees it and may not take this step.
        StepRefused: the request is in another state.
        InvalidInput: the step needs words.
    """
    try:
        with scope(actor):
            unlocked_id = opened(number, code) if code else None
            if other_id is not None:
                lock_in_order(request_id, other_id)
            row = lock_request(request_id)
            _authorise(actor, step_of(action), row, unlocked_id)
            step = step_from(action, RequestState(row.state))
            text = read_words(words, longest=LONGEST_REASON * 2) if step.needs_words or words.strip() else ""
            if action in ANSWERING:
                check_answer(row, now)
            return write_step(actor=actor, row=row, step=step, change=decide(row, text), now=now)
    except DomainError as refused:
        if not isinstance(refused, NotFound) and actor.kind is ActorKind.STAFF:
            audit.record_refusal(
                actor=actor, action=f"service_requests.{action}", target="request", target_id=request_id,
                reason=refused.code, now=now,
            )  # fmt: skip
        raise


def write_step(*, actor: Actor, row: ServiceRequest, step: Step, change: Change, now: datetime) -> int:
    """Write a step on the locked row: one statement for request, step, audit and event."""
    before, after = row.state, str(step.to or row.state)
    columns = {
        **change.columns,
        "state": after,
        "version": row.version + 1,
        **_clock_columns(row, step, change, actor, now),
    }
    agency_id = columns.get("agency_id", row.agency_id)
    step_id, due_at = new_id(), columns.get("due_at", row.due_at)
    is_running = columns.get("is_clock_running", row.is_clock_running)
    details = orjson.dumps(dict(change.details), option=orjson.OPT_NON_STR_KEYS).decode()
    is_public = step.is_public if change.is_public is None else change.is_public
    noted = audit.row(
        actor=actor, action=f"service_requests.{step.action}", target="request", target_id=row.id, now=now,
        city_code=row.city_code, details={"before": before, "after": after, **change.audit},
    )  # fmt: skip
    event = RequestMoved(
        request_id=row.id, city_code=row.city_code, step_id=step_id, action=str(step.action), before=before,
        after=after, agency_id=agency_id,
    )  # fmt: skip
    told = events.row(
        event, aggregate="service_requests.request", aggregate_id=row.id, version=row.version + 1, now=now
    )
    values = [
        *(_value(name, value) for name, value in columns.items()), row.id,
        step_id, row.id, row.city_code, row.version + 1, str(step.action), after, now, str(actor.kind),
        actor.account_id, agency_id, change.words, is_public, details, due_at, is_running, *noted, *told,
    ]  # fmt: skip
    changes = ", ".join(f"{name} = %s::jsonb" if name in _JSON else f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(changes=changes, audit=audit.INSERT, event=events.INSERT), values)
    attach_photos(
        actor=actor, request_id=row.id, step_id=step_id, photo_ids=change.photo_ids, is_shown=is_public
    )  # fmt: skip
    attach_voices(actor=actor, request_id=row.id, step_id=step_id, voice_ids=change.voice_ids)
    return step_id


def clock_of(row: ServiceRequest) -> Clock:
    """Return the request's clock."""
    return Clock.from_json(row.clock)


def _authorise(actor: Actor, step: Step, row: ServiceRequest, unlocked_id: int | None) -> None:
    if may(actor, step.who, row, unlocked_id):
        return
    if actor.kind is ActorKind.STAFF and may_read(actor, row):
        raise Forbidden(f"您的岗位不能“{step.words}”。")
    raise NotFound("没有找到这件诉求。")


def _clock_columns(row: ServiceRequest, step: Step, change: Change, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what the step's effect on the clock writes."""
    reason = change.words.strip()[:200] or step.words
    calendar = working_calendar()
    match step.clock:
        case ClockEffect.STOP:
            clock = clock_of(row).stop(at=now, reason=reason, by=actor.account_id)
            return {"clock": clock.to_json(), "is_clock_running": False, "clock_note": reason}
        case ClockEffect.RESUME:
            clock = clock_of(row).resume(at=now, reason=reason, by=actor.account_id)
            return {**_running(clock, clock.due_at(calendar)), "clock_note": ""}
        case ClockEffect.EXTEND:
            clock = clock_of(row).extend(
                change.clock_amount, at=now, reason=reason, calendar=calendar, by=actor.account_id
            )
            return _running(clock, clock.due_at(calendar))
        case ClockEffect.RESTART:
            assert change.clock is not None
            return {
                **_running(change.clock, change.clock.due_at(calendar)), "clock_note": "", "ended_at": None,
            }  # fmt: skip
        case ClockEffect.END:
            return {"ended_at": now, "is_clock_running": False, "clock_note": ""}
        case ClockEffect.NONE | ClockEffect.START:
            return {}


def _running(clock: Clock, due_at: datetime | None) -> dict[str, Any]:
    return {"clock": clock.to_json(), "due_at": due_at, "is_clock_running": True}


def _value(name: str, value: Any) -> Any:
    return orjson.dumps(value).decode() if name in _JSON and value is not None else value
