"""What the owner may do at any time: pause, resume, withdraw, skip one deduction or have it taken at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.payments.autopay.domain.states import DeductionState, EndedBy, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import About
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations.changes import (
    PlanNotLive,
    end_deduction,
    end_plan,
    lock_plan,
    skip_announced,
)
from shimin.capabilities.payments.autopay.operations.signing import end_at_gateway
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, NotFound


class DeductionBegun(Conflict):
    """The deduction is on its way through the gateway, or over."""

    code = "deduction_begun"
    message = "这一笔已经开始扣款，或者已经结束。"
    mend = "请刷新页面，看看最新情况。"


def pause_plan(*, actor: Actor, plan_id: int, now: datetime) -> None:
    """Take nothing until it is resumed; what was announced is skipped. Pausing twice changes nothing.

    Raises:
        NotFound: the plan is not there, or another's. PlanNotLive: it is not signed, or over.
    """
    with scope(actor):
        plan = lock_plan(actor, plan_id)
        if plan.state == PlanState.PAUSED:
            return
        if plan.state != PlanState.ACTIVE:
            raise PlanNotLive
        skip_announced(actor, plan, Reason.PAUSED, now)
        _move(actor, plan, PlanState.PAUSED, "autopay.pause", None, now)


def resume_plan(*, actor: Actor, plan_id: int, now: datetime) -> None:
    """Go on; what is owed is looked at soon. Resuming twice changes nothing.

    Raises:
        NotFound: the plan is not there, or another's. PlanNotLive: it is not signed, or over.
    """
    with scope(actor):
        plan = lock_plan(actor, plan_id)
        if plan.state == PlanState.ACTIVE:
            return
        if plan.state != PlanState.PAUSED:
            raise PlanNotLive
        _move(actor, plan, PlanState.ACTIVE, "autopay.resume", now, now)


def withdraw_plan(*, actor: Actor, plan_id: int, now: datetime) -> None:
    """End a plan at once, here and at the gateway; if the gateway does not answer, the worker tells it until it has.

    From the return of this call nothing new is taken. A deduction that has begun is on its way: it is closed if the
    gateway has not taken it. Withdrawing twice changes nothing.

    Raises:
        NotFound: the plan is not there, or another's.
    """
    require_no_transaction()
    with scope(actor):
        plan = lock_plan(actor, plan_id)
        if plan.state == PlanState.ENDED:
            return
        end_plan(actor, plan, EndedBy.PERSON, now)
    end_at_gateway(actor=actor, plan_id=plan_id, gateway_code=plan.gateway)


def skip_deduction(*, actor: Actor, deduction_id: int, now: datetime) -> None:
    """Do not take an announced deduction. A bill is not announced again, a card not before the next day.

    Raises:
        NotFound: it is not there, or another's. DeductionBegun: too late.
    """
    with scope(actor):
        plan, deduction = _lock(actor, deduction_id)
        end_deduction(actor, deduction, DeductionState.SKIPPED, Reason.PERSON, now)
        if plan.about == About.CARD:
            Plan.objects.filter(id=plan.id).update(look_at=now + timedelta(days=1))


def take_deduction_now(*, actor: Actor, deduction_id: int, now: datetime) -> None:
    """Have an announced deduction taken at once.

    Raises:
        NotFound: it is not there, or another's. DeductionBegun: too late. PlanNotLive: the plan is paused or over.
    """
    with scope(actor):
        plan, deduction = _lock(actor, deduction_id)
        if plan.state != PlanState.ACTIVE:
            raise PlanNotLive
        deduction.take_after = deduction.next_try_at = now
        deduction.version += 1
        deduction.save(update_fields=["take_after", "next_try_at", "version"])
        audit.record(
            actor=actor, action="autopay.take_now", target="deduction", target_id=deduction_id, now=now,
            city_code=deduction.city_code,
        )  # fmt: skip


def _move(actor: Actor, plan: Plan, state: PlanState, action: str, look_at: datetime | None, now: datetime) -> None:
    plan.state, plan.look_at = str(state), look_at
    plan.version += 1
    plan.save(update_fields=["state", "look_at", "version"])
    audit.record(actor=actor, action=action, target="plan", target_id=plan.id, now=now, city_code=plan.city_code)


def _lock(actor: Actor, deduction_id: int) -> tuple[Plan, Deduction]:
    """Return plan and deduction, locked in this order."""
    own = Deduction.objects.filter(id=deduction_id, account_id=actor.account_id or 0)
    plan_id = own.values_list("plan_id", flat=True).first()
    if plan_id is None:
        raise NotFound
    plan = lock_plan(actor, plan_id)
    deduction = own.select_for_update().get()
    if deduction.state != DeductionState.ANNOUNCED:
        raise DeductionBegun
    return plan, deduction
