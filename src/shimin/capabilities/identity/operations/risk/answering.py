"""A person says of a decision whether it was them: the way out of a false alarm, and the way to stop a real one."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain import EndReason
from shimin.capabilities.identity.domain.risk import Answer
from shimin.capabilities.identity.events import DeviceAnswered
from shimin.capabilities.identity.models import KnownDevice, RiskDecision, Session
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.operations.risk.proving import require_proved
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, NotFound, OwnHatRequired, SignInRequired


class DecisionAnswered(Conflict):
    """It was answered, or proved, before."""

    code = "identity.decision_answered"
    message = "这次提醒已经处理过了。"
    mend = "请刷新“登录设备”看看最新情况；不放心的，改密码后所有设备都会退出。"


def answer_decision(*, actor: Actor, decision_id: int, is_mine: bool, now: datetime) -> None:
    """Say of a decision, from a device that is not held itself, that it was oneself or not.

    "Mine" lets the held session go on (it confirms its password and is as good as others) and trusts its device.
    "Not mine" ends the session and forgets its device, so that its next sign-in is a stranger's.

    Raises:
        NotFound: the actor has no such decision.
        DecisionAnswered: see the class.
        ProofRequired: the session that asks is held itself.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    with refusals_recorded(actor, "identity.answer_decision", now), auth_scope(actor):
        require_proved(actor)
        rows = RiskDecision.objects.select_for_update().filter(account_id=actor.account_id)
        row = rows.filter(id=decision_id).first() if decision_id < 1 << 63 else None
        if row is None:
            raise NotFound
        if row.answer in (Answer.MINE, Answer.NOT_MINE) or (row.answer == Answer.PROVED and is_mine):
            raise DecisionAnswered
        session = Session.objects.select_for_update().filter(id=row.session_id, account_id=actor.account_id).first()
        if session is not None:
            _settle(actor, session, is_mine, now)
        row.answer, row.answered_at = (Answer.MINE if is_mine else Answer.NOT_MINE), now
        row.save(update_fields=["answer", "answered_at"])
        audit.record(
            actor=actor, action="identity.answer_decision", target="risk_decision", target_id=row.id, now=now,
            details={"answer": row.answer},
        )  # fmt: skip
        event = DeviceAnswered(account_id=actor.account_id, decision_id=row.id, answer=row.answer)
        events.emit(event, aggregate="identity.risk_decision", aggregate_id=row.id, version=2, now=now)


def _settle(actor: Actor, session: Session, is_mine: bool, now: datetime) -> None:
    device = KnownDevice.objects.filter(id=session.device_id or 0, account_id=session.account_id)
    if is_mine:
        device.filter(proved_at=None).update(proved_at=now)
        session.is_held = False
        session.save(update_fields=["is_held"])
        return
    end_rows(actor, [session.id], EndReason.ENDED_BY_OWNER, now)
    others = Session.objects.filter(account_id=session.account_id, device_id=session.device_id, ended_at=None)
    if session.device_id is not None and session.id != actor.session_id:
        others = others.exclude(id=actor.session_id or 0)
        end_rows(actor, list(others.values_list("id", flat=True)), EndReason.ENDED_BY_OWNER, now)
        device.delete()
