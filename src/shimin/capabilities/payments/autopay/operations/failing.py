"""What follows when a deduction was taken, is held up, was turned down, or is given up."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.payments.autopay.domain.states import DeductionState, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import FAILED_PAUSE, MOST_FAILURES, About, pause_after
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations.changes import end_deduction, tell
from shimin.capabilities.payments.public import AlreadyPaid, GatewayRefused, OrderView, close_order
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Unavailable

_TELLING = {Reason.MONEY_SHORT: "short", Reason.REFUSED: "refused"}


def mark_taken(deduction: Deduction, order_id: int, now: datetime) -> None:
    """Note that the money is in; whether the payee has confirmed is asked at once."""
    with scope(SYSTEM):
        Deduction.objects.filter(id=deduction.id, state=DeductionState.PLACED).update(
            state=DeductionState.TAKEN, order_id=order_id, tries=0, next_try_at=now, version=deduction.version + 1
        )


def hold_until(deduction: Deduction, at: datetime) -> None:
    """Leave a deduction as it is until a moment."""
    with scope(SYSTEM):
        Deduction.objects.filter(id=deduction.id, ended_at=None).update(next_try_at=at)


def try_again(deduction: Deduction, now: datetime) -> None:
    """Go back to where nothing had begun, with another order; the order of the round before is closed."""
    with scope(SYSTEM):
        _locked_plan(deduction)
        _back(deduction, now + pause_after(deduction.round))


def turn_down(deduction: Deduction, order: OrderView, reason: Reason, now: datetime) -> None:
    """The gateway has taken nothing: close the order, so that the owner may pay by hand, and try once more later.

    After three refusals it has failed. Without a reason (the order's time was over) no refusal is counted.
    """
    if not _close(deduction, order, now):
        return
    if reason is Reason.NONE:
        try_again(deduction, now)
        return
    with scope(SYSTEM):
        plan = _locked_plan(deduction)
        locked = Deduction.objects.select_for_update().get(id=deduction.id)
        if locked.state != DeductionState.PLACED:
            return
        locked.failures += 1
        locked.save(update_fields=["failures"])
        if locked.failures >= MOST_FAILURES:
            end_deduction(SYSTEM, locked, DeductionState.FAILED, reason, now)
            tell(plan, "failed", now, title=locked.title, fen=locked.amount_fen)
            _look_later(plan, now)
        else:
            _back(locked, now + FAILED_PAUSE)
            if locked.failures == 1:
                tell(plan, _TELLING[reason], now, title=locked.title, fen=locked.amount_fen)


def give_up(deduction: Deduction, order: OrderView, reason: Reason, now: datetime) -> None:
    """Close the order and skip the deduction; if the money was quicker, it is taken."""
    if _close(deduction, order, now):
        drop(deduction, reason, now)


def drop(deduction: Deduction, reason: Reason, now: datetime) -> None:
    """Skip a deduction for which no order is open."""
    with scope(SYSTEM):
        plan = _locked_plan(deduction)
        locked = Deduction.objects.select_for_update().get(id=deduction.id)
        if locked.state != DeductionState.PLACED:
            return
        end_deduction(SYSTEM, locked, DeductionState.SKIPPED, reason, now)
        if reason is Reason.AMOUNT_CHANGED:
            Plan.objects.filter(id=plan.id, state=PlanState.ACTIVE).update(look_at=now)


def _close(deduction: Deduction, order: OrderView, now: datetime) -> bool:
    try:
        close_order(actor=SYSTEM, order_id=order.order_id, now=now)
    except AlreadyPaid:
        mark_taken(deduction, order.order_id, now)
        return False
    except (Unavailable, GatewayRefused):
        hold_until(deduction, now + pause_after(deduction.tries))
        return False
    return True


def _locked_plan(deduction: Deduction) -> Plan:
    return Plan.objects.select_for_update().get(id=deduction.plan_id)


def _back(deduction: Deduction, at: datetime) -> None:
    Deduction.objects.filter(id=deduction.id, state=DeductionState.PLACED).update(
        state=DeductionState.ANNOUNCED, order_id=None, round=deduction.round + 1, tries=0, take_after=at,
        next_try_at=at, version=deduction.version + 1,
    )  # fmt: skip


def _look_later(plan: Plan, now: datetime) -> None:
    if plan.about == About.CARD:
        Plan.objects.filter(id=plan.id, state=PlanState.ACTIVE).update(look_at=now + FAILED_PAUSE)
