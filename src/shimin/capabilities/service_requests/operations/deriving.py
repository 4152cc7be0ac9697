"""A request that grows out of another: split off, or handed to another city and mirrored there.

The mirror has no reporter of its own: who reported follows the request at home, where the worker tells each step of the
mirror, and where its answer comes back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.catalogue.public import city_of, has_region
from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.filing import read_words, title_of
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action, step_of
from shimin.capabilities.service_requests.events import RequestFiled
from shimin.capabilities.service_requests.handles import code_hash, query_code
from shimin.capabilities.service_requests.models import Reporter, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, take_step, write_step
from shimin.capabilities.service_requests.operations.photos import copy_answer_photos, copy_photos
from shimin.capabilities.service_requests.operations.voices import copy_voices
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.kernel import events
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.numbers import new_public_number

# Steps of a mirror that are told at home.
_TOLD = {
    Action.DISPATCH, Action.ARBITRATE, Action.ACCEPT, Action.INTERIM_REPLY, Action.APPROVE_EXTENSION, Action.SUSPEND,
    Action.RESUME,
}  # fmt: skip
_BACK = {RequestState.DECLINED, RequestState.MERGED}


def split(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Split a matter of its own off an open request and return the new request's id.

    The new one has ``words``, its own number, clock and way; the same people are told. What was filed stays whole.

    Raises:
        InvalidInput: nothing is said.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    child_id = new_id()

    def decide(row: ServiceRequest, text: str) -> Change:
        number = _derive(actor, row, child_id, row.city_code, text, now, is_mirror=False)
        return Change(words=text, details={"child": str(child_id), "number": number}, audit={"child": child_id})

    take_step(actor=actor, request_id=request_id, action=Action.SPLIT, now=now, decide=decide, words=words)
    return child_id


def hand_over(*, actor: Actor, request_id: int, city_code: str, words: str, now: datetime) -> int:
    """Hand a request to another city, where it is mirrored and waits for dispatch, and return the mirror's id.

    ``words`` say why; people and both cities read them. The clock at home runs on; the mirror has its own.

    Raises:
        InvalidInput: no reasons, or no other city.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    mirror_id = new_id()
    target = city_of(city_code) if has_region(city_code) else None

    def decide(row: ServiceRequest, text: str) -> Change:
        if target is None or target.code == row.city_code:
            raise InvalidInput(fields={"city_code": "请选择另一个城市。"})
        number = _derive(actor, row, mirror_id, target.code, row.words, now, is_mirror=True)
        return Change(
            words=f"转{target.name}：{text}",
            details={"agency": target.name, "mirror": str(mirror_id), "number": number},
            audit={"mirror": mirror_id, "city": target.code},
        )  # fmt: skip

    take_step(actor=actor, request_id=request_id, action=Action.HAND_OVER, now=now, decide=decide, words=words)
    return mirror_id


def take_back(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Take a handed-over request back, with reasons; it waits for dispatch at home. The worker ends the mirror.

    Raises:
        InvalidInput, StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.TAKE_BACK, now=now, words=words,
        decide=lambda row, text: Change(words=text),
    )  # fmt: skip


def follow_split(*, request_id: int, step_id: int, now: datetime) -> int:
    """Make the reporters of a split request reporters of the new one and tell them; for the worker. Idempotent."""
    with scope(SYSTEM):
        step = RequestStep.objects.get(id=step_id)
        child = ServiceRequest.objects.get(id=int(step.details["child"]))
        if Reporter.objects.filter(request_id=child.id).exists():
            return 0
        told = 0
        for reporter in Reporter.objects.filter(request_id=request_id).order_by("id"):
            _copy(reporter, child, now, account_id=reporter.account_id)
            if reporter.account_id is not None:
                values = {"title": child.title, "number": child.number, "request_id": str(child.id)}
                send_notice(account_id=reporter.account_id, template="service_requests.split", values=values, now=now)
                told += 1
    return told


def follow_hand_over(*, request_id: int, step_id: int, now: datetime) -> None:
    """Give the other city photos, recordings and contacts of reporters who may be known; for the worker. Idempotent."""
    with scope(SYSTEM):
        step = RequestStep.objects.get(id=step_id)
        mirror = ServiceRequest.objects.get(id=int(step.details["mirror"]))
        copy_photos(request_id=request_id, to_request_id=mirror.id)
        copy_voices(request_id=request_id, to_request_id=mirror.id)
        if Reporter.objects.filter(request_id=mirror.id).exists():
            return
        for reporter in Reporter.objects.filter(request_id=request_id, is_confidential=False).exclude(contact=b""):
            _copy(reporter, mirror, now, account_id=None)


def is_told_at_home(action: str, after: str) -> bool:
    """Tell whether a step would be told at home if the request were a mirror; most are none."""
    return action in _TOLD or after in (RequestState.ANSWERED, *_BACK)


def follow_mirror(*, request_id: int, step_id: int, now: datetime) -> bool:
    """Tell a mirror's step at the request at home, or bring its answer back, with photos; for the worker.

    Returns whether there was a request at home that waits for it. The worker delivers a step once.
    """
    with scope(SYSTEM):
        mirror = ServiceRequest.objects.get(id=request_id)
        if mirror.mirror_of_id is None:
            return False
        home = lock_request(mirror.mirror_of_id)
        step = RequestStep.objects.get(id=step_id)
        if home.state != RequestState.HANDED_OVER:
            return False
        agency = str(step.details.get("agency", ""))
        if step.state == RequestState.ANSWERED:
            change = Change(
                {"answer": mirror.answer, "answered_at": now}, words=mirror.answer, details={"agency": agency}
            )
            told = write_step(actor=SYSTEM, row=home, step=step_of(Action.RELAY), change=change, now=now)
            copy_answer_photos(from_step=step, to_request_id=home.id, to_step_id=told)
        elif RequestState(step.state) in _BACK:
            said = step.words or STEP_WORDS[Action(step.action)]
            change = Change(words=f"外地没有受理：{said}", details={"agency": agency})
            write_step(actor=SYSTEM, row=home, step=step_of(Action.TAKE_BACK), change=change, now=now)
        elif step.action in _TOLD:
            said = f"：{step.words}" if step.words else ""
            change = Change(words=f"{STEP_WORDS[Action(step.action)]}{said}", details={"agency": agency})
            told = write_step(actor=SYSTEM, row=home, step=step_of(Action.INTERIM_REPLY), change=change, now=now)
            copy_answer_photos(from_step=step, to_request_id=home.id, to_step_id=told)
    return True


def forward_to_mirrors(*, request_id: int, step_id: int, action: Action, now: datetime) -> int:
    """Tell the open mirrors of a request what its reporter has added, or that they urge; for the worker.

    Return how many there are.
    """
    with scope(SYSTEM):
        told, step = 0, step_of(action)
        for mirror in ServiceRequest.objects.select_for_update().filter(mirror_of_id=request_id):
            if RequestState(mirror.state) in step.start:
                said = RequestStep.objects.get(id=step_id).words
                write_step(actor=SYSTEM, row=mirror, step=step, change=Change(words=said), now=now)
                told += 1
    return told


def end_mirrors(*, request_id: int, now: datetime) -> int:
    """End the mirrors of a request that came home or was withdrawn, and return how many; for the worker. Idempotent."""
    with scope(SYSTEM):
        step, ended = step_of(Action.WITHDRAW), 0
        for mirror in ServiceRequest.objects.select_for_update().filter(mirror_of_id=request_id):
            if RequestState(mirror.state) in step.start:
                write_step(actor=SYSTEM, row=mirror, step=step, change=Change(words="已由来件城市收回。"), now=now)
                ended += 1
    return ended


def _copy(reporter: Reporter, to: ServiceRequest, now: datetime, *, account_id: int | None) -> None:
    Reporter(
        id=new_id(), request_id=to.id, city_code=to.city_code, account_id=account_id, role=reporter.role,
        is_confidential=reporter.is_confidential, contact=reporter.contact, since_at=now,
    ).save(force_insert=True)  # fmt: skip


def _derive(
    actor: Actor,
    row: ServiceRequest,
    new_request_id: int,
    city_code: str,
    words: str,
    now: datetime,
    *,
    is_mirror: bool,
) -> str:
    """Write the new request in the caller's transaction and return its number."""
    text = read_words(words)
    kind = RequestKind(row.request_kind)
    clock = Clock(term_for(city_code=city_code, kind=kind, is_emergency=row.is_emergency, now=now).deadline, now)
    number = new_public_number(city_code, now)
    values: dict[str, Any] = {
        "id": new_request_id, "step_id": new_id(), "parent_id": row.id, "city_code": city_code, "number": number,
        "title": row.title if is_mirror else title_of(text), "words": text, "clock": clock.to_json(),
        "due_at": clock.due_at(working_calendar()), "is_mirror": is_mirror,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT service_requests_derive(%s::jsonb, %s, %s)",
            [orjson.dumps(values).decode(), code_hash(number, query_code(new_request_id)), now],
        )
    event = RequestFiled(
        request_id=new_request_id, city_code=city_code, request_kind=str(kind), is_emergency=row.is_emergency
    )
    events.emit(event, aggregate="service_requests.request", aggregate_id=new_request_id, version=1, now=now)
    return number
