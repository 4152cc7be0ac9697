"""Steps that several operations take on rows they have locked, in the caller's scope: the plan is locked first."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.payments.autopay.domain.states import DeductionState, EndedBy, PlanState, Reason
from shimin.capabilities.payments.autopay.events import AutoPayEnded, DeductionEnded
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.errors import Conflict, NotFound
from shimin.kernel.values.money import format_fen

# One statement under the row's lock: whoever else plans a deduction at this moment waits, and sees the sum.
_RESERVE = """
    UPDATE autopay_plan SET month = %(month)s,
        month_used_fen = (CASE WHEN month = %(month)s THEN month_used_fen ELSE 0 END) + %(fen)s
    WHERE id = %(plan)s AND state = 'active' AND month <= %(month)s
        AND (CASE WHEN month = %(month)s THEN month_used_fen ELSE 0 END) + %(fen)s <= monthly_cap_fen
"""
_RELEASE = "UPDATE autopay_plan SET month_used_fen = month_used_fen - %s WHERE id = %s AND month = %s"


class PlanNotLive(Conflict):
    """The plan is not in a state for this: somebody, or the gateway, was quicker."""

    code = "auto_pay_not_live"
    message = "自动缴费的状态已经有变化。"
    mend = "请刷新页面，看看最新情况。"


def lock_plan(actor: Actor, plan_id: int) -> Plan:
    """Return the actor's plan, locked.

    Raises:
        NotFound: it is not there, or another's.
    """
    plan = Plan.objects.select_for_update().filter(id=plan_id, account_id=actor.account_id or 0).first()
    if plan is None:
        raise NotFound
    return plan


def reserve(plan_id: int, fen: int, month: str) -> bool:
    """Take a sum from the month's cap; False when there is not so much left, or the plan is not active."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, {"plan": plan_id, "fen": fen, "month": month})
        return bool(cursor.rowcount == 1)


def release(deduction: Deduction) -> None:
    """Give a deduction's sum back to its month's cap; a month that is over needs none."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [deduction.amount_fen, deduction.plan_id, deduction.month])


def end_deduction(
    actor: Actor,
    deduction: Deduction,
    state: DeductionState,
    reason: Reason,
    now: datetime,
    *,
    is_reserved: bool = True,
) -> None:
    """End a (locked) deduction; what was not taken, or came back, is free in the month's cap again."""
    if is_reserved and state is not DeductionState.DONE:
        release(deduction)
    deduction.state, deduction.reason, deduction.ended_at, deduction.next_try_at = str(state), str(reason), now, None
    deduction.version += 1
    deduction.save(update_fields=["state", "reason", "ended_at", "next_try_at", "version"])
    note_deduction_end(actor, deduction, now)


def note_deduction_end(actor: Actor, deduction: Deduction, now: datetime) -> None:
    """Audit the end of a deduction and tell of it."""
    audit.record(
        actor=actor, action="autopay.end_deduction", target="deduction", target_id=deduction.id, now=now,
        city_code=deduction.city_code, details={"state": deduction.state, "reason": deduction.reason},
    )  # fmt: skip
    event = DeductionEnded(
        deduction_id=deduction.id, plan_id=deduction.plan_id, city_code=deduction.city_code, state=deduction.state,
        reason=deduction.reason,
    )  # fmt: skip
    events.emit(event, aggregate="autopay.deduction", aggregate_id=deduction.id, version=deduction.version, now=now)


def end_plan(actor: Actor, plan: Plan, ended_by: EndedBy, now: datetime) -> None:
    """End a (locked) plan at once: what was announced is not taken, the gateway is told until it has said yes."""
    skip_announced(actor, plan, Reason.WITHDRAWN, now)
    plan.state, plan.ended_by, plan.ended_at, plan.look_at = str(PlanState.ENDED), str(ended_by), now, None
    plan.unsign_at = None if ended_by is EndedBy.GATEWAY else now
    plan.version += 1
    plan.save(update_fields=["state", "ended_by", "ended_at", "look_at", "unsign_at", "version"])
    note_plan_end(actor, plan, now)


def note_plan_end(actor: Actor, plan: Plan, now: datetime) -> None:
    """Audit the end of a plan and tell of it."""
    audit.record(
        actor=actor, action="autopay.end", target="plan", target_id=plan.id, now=now, city_code=plan.city_code,
        details={"by": plan.ended_by},
    )  # fmt: skip
    event = AutoPayEnded(plan_id=plan.id, city_code=plan.city_code, ended_by=plan.ended_by)
    events.emit(event, aggregate="autopay.plan", aggregate_id=plan.id, version=plan.version, now=now)


def skip_announced(actor: Actor, plan: Plan, reason: Reason, now: datetime) -> None:
    """Skip what was announced and has not begun."""
    waiting = Deduction.objects.select_for_update().filter(
        account_id=plan.account_id, plan_id=plan.id, state=DeductionState.ANNOUNCED
    )
    for deduction in waiting.order_by("id"):
        end_deduction(actor, deduction, DeductionState.SKIPPED, reason, now)


def tell(plan: Plan, template: str, now: datetime, *, title: str, fen: int, **more: str) -> None:
    """Send the owner a message about a deduction; for the worker."""
    values = {"title": title, "amount": format_fen(fen), "plan": str(plan.id), **more}
    send_notice(account_id=plan.account_id, template=f"autopay.{template}", values=values, now=now)
