"""A colleague agrees to an act or not; a done one is undone by an officer or disputed by the person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from shimin.capabilities.identity.domain.counter import (
    DECIDE_WITHIN,
    DISPUTE_WITHIN,
    UNDO_WITHIN,
    Act,
    ActState,
)
from shimin.capabilities.identity.domain.mandates import MandateState
from shimin.capabilities.identity.events import CounterActUndone
from shimin.capabilities.identity.models import Account, CounterAct, LevelProof, Mandate, PersonHandle
from shimin.capabilities.identity.operations.counter.applying import Sheet, apply_act, void_sheets
from shimin.capabilities.identity.operations.counter.asking import staff_name_of
from shimin.capabilities.identity.operations.mandates.hats import end_mandate
from shimin.capabilities.identity.operations.persons import drop_papers_of_act
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.counter import in_city
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, Forbidden, NotFound, SignInRequired


class SecondPersonNeeded(Forbidden):
    """Who asked for an act cannot agree to it."""

    code = "identity.counter_second_person"
    message = "您自己提交的，要由另一位同事复核。"
    mend = "请在场的另一位窗口人员登录后复核。"


class ActDecided(Conflict):
    """It was decided already, or came too late."""

    code = "identity.counter_decided"
    message = "这项办理已经处理过，或超过了复核时间。"
    mend = "请刷新看看；超过8小时的，请本人再来窗口重新提交。"


class TooLateToUndo(Conflict):
    """The time to undo it is over, or there is nothing to undo."""

    code = "identity.counter_too_late"
    message = "这项办理已经撤回，或超过了可以撤回的时间。"
    mend = "窗口人员3天内、本人30天内可以撤回；过后请本人到窗口重新核实。"


def decide_act(*, actor: Actor, act_id: int, agrees: bool, now: datetime) -> Sheet | None:
    """Agree to a colleague's act, which is then carried out, or refuse it; return the sheet to print.

    Raises:
        NotFound: there is none in the officer's city.
        SecondPersonNeeded, ActDecided, Forbidden: see there.
        PersonTaken, OtherPersonProved, PhoneTaken, MandateStands: the account changed since it was asked for.
    """
    allowed = in_city(actor)
    with refusals_recorded(actor, "identity.decide_counter_act", now), auth_scope(actor):
        row = _lock(CounterAct.objects.filter(allowed), act_id)
        if row.asked_by_id == actor.account_id:
            raise SecondPersonNeeded
        if row.state != ActState.WAITING or row.asked_at + DECIDE_WITHIN <= now:
            raise ActDecided
        row.decided_by_id, row.decided_by_name = actor.account_id, staff_name_of(actor)
        if agrees:
            return apply_act(actor=actor, row=row, now=now)
        row.state, row.claim, row.decided_at = ActState.REFUSED, b"", now
        row.save()
        audit.record(
            actor=actor, action="identity.refuse_counter_act", target="counter_act", target_id=row.id, now=now,
            city_code=row.city_code,
        )  # fmt: skip
        return None


def undo_act(*, actor: Actor, act_id: int, now: datetime) -> None:
    """Take an act back within three days: the level falls to what it was, a sheet or a mandate ends.

    Ways to sign in that a reset took away do not come back.

    Raises:
        NotFound, TooLateToUndo, Forbidden: see there.
    """
    allowed = in_city(actor)
    with refusals_recorded(actor, "identity.undo_counter_act", now), auth_scope(actor):
        row = _lock(CounterAct.objects.filter(allowed), act_id)
        if row.state != ActState.DONE or row.decided_at is None or row.decided_at + UNDO_WITHIN <= now:
            raise TooLateToUndo
        _undo(actor, row, now, is_disputed=False)


def dispute_act(*, actor: Actor, act_id: int, now: datetime) -> None:
    """Say "that was not me": the act is taken back within thirty days, and the desk sees why.

    Raises:
        NotFound, TooLateToUndo, SignInRequired: see there.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    with refusals_recorded(actor, "identity.dispute_counter_act", now), auth_scope(actor):
        row = _lock(CounterAct.objects.filter(account_id=actor.account_id), act_id)
        if row.state != ActState.DONE or row.decided_at is None or row.decided_at + DISPUTE_WITHIN <= now:
            raise TooLateToUndo
        _undo(actor, row, now, is_disputed=True)


def _lock(rows: QuerySet[CounterAct], act_id: int) -> CounterAct:
    row = rows.select_for_update().filter(id=act_id).first() if act_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return row


def _undo(actor: Actor, row: CounterAct, now: datetime, *, is_disputed: bool) -> None:
    account = Account.objects.select_for_update().get(id=row.account_id or 0)
    if row.act == Act.GUARDIAN:
        mandate = Mandate.objects.select_for_update().filter(id=row.mandate_id or 0, state=MandateState.ACTIVE).first()
        if mandate is not None:
            end_mandate(actor, mandate, actor.account_id or 0, now)
    else:
        void_sheets(account.id, now)
        _lower(account, row, now)
    row.state, row.undone_at, row.undone_by_id, row.is_disputed = ActState.UNDONE, now, actor.account_id, is_disputed
    row.save()
    audit.record(
        actor=actor, action="identity.undo_counter_act", target="counter_act", target_id=row.id, now=now,
        details={"act": row.act, "disputed": is_disputed}, city_code=row.city_code,
    )  # fmt: skip
    event = CounterActUndone(account_id=account.id, act_id=row.id, is_disputed=is_disputed)
    events.emit(event, aggregate="identity.counter_act", aggregate_id=row.id, version=2, now=now)


def _lower(account: Account, row: CounterAct, now: datetime) -> None:
    """Give the account the level it had; one that the window tied to a person is free again."""
    LevelProof.objects.filter(account=account, verified_at=row.decided_at or now, method__startswith="window").update(
        expires_at=now
    )
    if row.bound_person:
        PersonHandle.objects.filter(account=account).update(account=None)
        account.person, account.level = None, min(row.before_level, AssuranceLevel.PHONE)
    else:
        drop_papers_of_act(account, row.id)
        account.level = row.before_level
    account.level_until, account.version = row.before_level_until, account.version + 1
    account.save(update_fields=["person", "level", "level_until", "version"])
