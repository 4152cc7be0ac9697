"""Asking for what PIPL gives people, and answering: each request on the working calendar's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.rights import (
    ANSWER_WITHIN,
    LEAST_WORDS,
    MOST_OPEN,
    MOST_WORDS,
    RELATIONS,
    Right,
    RightState,
)
from shimin.capabilities.identity.events import RightAnswered, RightAsked
from shimin.capabilities.identity.models import Account, RightRequest
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.mandates.granting import require_own_person
from shimin.capabilities.identity.operations.real_name import NameMismatch, RegisterSilent
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.capabilities.identity.ports import PersonStatus, get_identity_source
from shimin.capabilities.identity.queries.rights import require_privacy_officer
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.calendar.working_days import working_calendar
from shimin.kernel.clock import local_date
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OwnHatRequired,
    SignInRequired,
    Unavailable,
)
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import parse_id_number
from shimin.kernel.values.names import normalise_name

_AMBER_BEFORE = timedelta(days=5)


class WordsNeeded(InvalidInput):
    """What is asked, or answered, has to be said."""

    code = "identity.right_words_needed"

    def __init__(self, field: str = "words") -> None:
        words = f"请写{LEAST_WORDS}到{MOST_WORDS}个字，说清楚是哪些信息、要怎么办。"
        super().__init__(words, fields={field: words})


class TooManyOpen(Conflict):
    """Five are waiting already."""

    code = "identity.right_too_many"
    message = "您已经有5件在办理了。"
    mend = "请等办结后再提，或撤回不需要的。"


class NotDeceased(Forbidden):
    """The population register does not say that this person died."""

    code = "identity.right_not_deceased"
    message = "户籍登记里，这位亲属没有注销（死亡）登记。"
    mend = "刚办理注销的，请过几天再来；在世的家人，请让本人授权您代办。"


class RelationNeeded(InvalidInput):
    """Only close relatives may ask.

    Source: PIPL 49; 民法典 1045 (近亲属).
    """

    code = "identity.right_relation_needed"

    def __init__(self) -> None:
        words = "请选您和逝者的关系。"
        super().__init__(words, fields={"relation": words})


class RightOver(Conflict):
    """It was answered or taken back already."""

    code = "identity.right_over"
    message = "这件请求已经办结或撤回了。"
    mend = "请刷新看看结果。"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. The last three only for a deceased relative."""

    right: Right
    words: str
    part: str = ""
    name: str = ""
    id_number: str = ""
    relation: str = ""


def ask_right(*, actor: Actor, wish: Wish, now: datetime) -> int:
    """File a request of the actor's own and return its id; the answer is due in fifteen working days.

    A deceased relative is looked up in the population register first, with no transaction open.

    Raises:
        WordsNeeded, RelationNeeded, NameInvalid, IdNumberInvalid: mend the input.
        NotDeceased, NameMismatch, TooManyOpen: see there.
        RegisterSilent, RealNameThrottled: not now.
        LevelRequired: about a relative only with a proven name.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = require_own_person(actor)[0] if wish.right is Right.KIN else _own_account(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.ask_right", now):
        told = {"words": _words(wish.words)}
        if wish.right is Right.KIN:
            told |= _relative(account_id, wish, now)
        elif wish.part and wish.part not in {part.key for part in personal_data_parts()}:
            raise InvalidInput(fields={"part": "请选一类信息。"})
        calendar = working_calendar()
        due_at = ANSWER_WITHIN.due_at(now, calendar)
        with auth_scope(actor):
            Account.objects.select_for_update().get(id=account_id)  # one after the other: the count below holds
            if RightRequest.objects.filter(account_id=account_id, state=RightState.OPEN).count() >= MOST_OPEN:
                raise TooManyOpen
            row = RightRequest(
                id=new_id(), account_id=account_id, right=wish.right, part=wish.part, asked_at=now, due_at=due_at,
                warned_at=due_at - _AMBER_BEFORE,
                words=encrypt(orjson.dumps(told).decode(), context=handles.RIGHT_WORDS),
            )  # fmt: skip
            row.save(force_insert=True)
            _note(actor, "identity.ask_right", row, now)
            event = RightAsked(account_id=account_id, request_id=row.id, right=row.right)
            events.emit(event, aggregate="identity.right_request", aggregate_id=row.id, version=1, now=now)
            return row.id


def answer_right(*, actor: Actor, request_id: int, grants: bool, words: str, now: datetime) -> None:
    """Answer a request: done, or not and why. A refusal tells where to complain, by the page.

    Raises:
        WordsNeeded: an answer has to be said.
        NotFound, RightOver, Forbidden: see there.
    """
    require_privacy_officer(actor)
    with refusals_recorded(actor, "identity.answer_right", now), auth_scope(actor):
        row = _lock(request_id)
        if row.state != RightState.OPEN:
            raise RightOver
        row.answer = encrypt(_words(words), context=handles.RIGHT_ANSWER)
        row.state = RightState.GRANTED if grants else RightState.REFUSED
        row.answered_by_id, row.answered_at = actor.account_id, now
        row.answered_by_name = Account.objects.values_list("staff_name", flat=True).get(id=actor.account_id or 0)
        row.save()
        _note(actor, "identity.answer_right", row, now)
        event = RightAnswered(account_id=row.account_id, request_id=row.id, state=row.state)
        events.emit(event, aggregate="identity.right_request", aggregate_id=row.id, version=2, now=now)


def withdraw_right(*, actor: Actor, request_id: int, now: datetime) -> None:
    """Take one's own request back.

    Raises:
        NotFound, RightOver, SignInRequired, OwnHatRequired: see there.
    """
    account_id = _own_account(actor)
    with auth_scope(actor):
        row = _lock(request_id)
        if row.account_id != account_id:
            raise NotFound
        if row.state != RightState.OPEN:
            raise RightOver
        row.state = RightState.WITHDRAWN
        row.save(update_fields=["state"])
        _note(actor, "identity.withdraw_right", row, now)


def _lock(request_id: int) -> RightRequest:
    rows = RightRequest.objects.select_for_update().filter(id=request_id)
    row = rows.first() if request_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return row


def _words(text: str) -> str:
    words = text.strip()
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        raise WordsNeeded
    return words


def _relative(account_id: int, wish: Wish, now: datetime) -> dict[str, str]:
    if wish.relation not in RELATIONS:
        raise RelationNeeded
    name, number = normalise_name(wish.name), parse_id_number(wish.id_number, today=local_date(now)).text
    limits.count_real_name(account_id, now)
    try:
        answer = get_identity_source().check_person(name, number)
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent
    if not answer.matches:
        raise NameMismatch
    if answer.status is not PersonStatus.DECEASED:
        raise NotDeceased
    return {"name": name, "id_number": number, "relation": wish.relation}


def _own_account(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    return actor.account_id


def _note(actor: Actor, action: str, row: RightRequest, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="right_request", target_id=row.id, now=now,
        details={"right": row.right, "state": row.state},
    )  # fmt: skip
