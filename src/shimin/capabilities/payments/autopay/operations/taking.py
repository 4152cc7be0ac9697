"""Take what was announced: an order in its owner's name, paid under the agreement, followed until the payee confirms.

Each step is written before the next begins and may be repeated: the order by its key, the money by its number at the
gateway. A worker that dies lets a lease run out; the next goes on where it stopped.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection

from shimin.capabilities.payments.autopay.domain.states import DeductionState, EndedBy, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import follow_after, month_of, pause_after
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations.changes import end_deduction, end_plan, release, reserve
from shimin.capabilities.payments.autopay.operations.failing import (
    give_up,
    hold_until,
    mark_taken,
    try_again,
    turn_down,
)
from shimin.capabilities.payments.autopay.operations.ordering import place_order
from shimin.capabilities.payments.autopay.operations.signing import require_gateway
from shimin.capabilities.payments.public import (
    AgreementGone,
    AlreadyPaid,
    GatewayRefused,
    LineState,
    MoneyShort,
    OrderView,
    StepRefused,
    get_order,
    pay_by_agreement,
)
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Unavailable

BATCH = 10
# Longer than a step with all its calls takes: two workers are not at one deduction. If they were, both would use the
# same order and the same number at the gateway.
LEASE = timedelta(minutes=2)
log = structlog.get_logger("shimin.autopay")

_LEASE = """
    UPDATE autopay_deduction SET tries = tries + 1, next_try_at = %s WHERE id IN (
        SELECT id FROM autopay_deduction WHERE next_try_at <= %s ORDER BY next_try_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id, plan_id
"""


def take_due_deductions(now: datetime, *, notify_url: str, limit: int = BATCH) -> int:
    """Go one step on with deductions that are due and return how many; the worker calls it.

    ``notify_url`` is where the gateway tells of money, with {gateway} for its code.
    """
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LEASE, [now + LEASE, now, limit])
        due = cursor.fetchall()
    for deduction_id, plan_id in due:
        deduction = _begin(deduction_id, plan_id, now)
        if deduction is not None and deduction.state == DeductionState.PLACED:
            _pay(deduction, notify_url.format(gateway=deduction.plan.gateway), now)
        elif deduction is not None and deduction.state == DeductionState.TAKEN:
            _follow(deduction, now)
    return len(due)


def _begin(deduction_id: int, plan_id: int, now: datetime) -> Deduction | None:
    """Return the deduction, begun under its plan's lock: who withdraws is before or after this, not in between."""
    with scope(SYSTEM):
        plan = Plan.objects.select_for_update().get(id=plan_id)
        deduction = Deduction.objects.select_for_update().get(id=deduction_id)
        deduction.plan = plan
        if deduction.state != DeductionState.ANNOUNCED:
            return deduction if deduction.ended_at is None else None
        if plan.state != PlanState.ACTIVE:
            end_deduction(SYSTEM, deduction, DeductionState.SKIPPED, Reason.WITHDRAWN, now)
            return None
        month = month_of(now)
        if deduction.month != month:  # the money is taken in this month: it counts here
            release(deduction)
            deduction.month = month
            if not reserve(plan.id, deduction.amount_fen, month):
                deduction.save(update_fields=["month"])
                end_deduction(SYSTEM, deduction, DeductionState.SKIPPED, Reason.OVER_CAP, now, is_reserved=False)
                return None
        deduction.state = str(DeductionState.PLACED)
        deduction.version += 1
        deduction.save(update_fields=["state", "month", "version"])
        audit.record(
            actor=SYSTEM, action="autopay.begin_deduction", target="deduction", target_id=deduction.id, now=now,
            city_code=deduction.city_code,
        )  # fmt: skip
        return deduction


def _pay(deduction: Deduction, notify_url: str, now: datetime) -> None:
    order = place_order(deduction, now)
    if order is None:
        return
    if order.is_paid:
        mark_taken(deduction, order.order_id, now)
    elif not order.is_unpaid:
        try_again(deduction, now)
    elif order.total_fen != deduction.amount_fen:
        give_up(deduction, order, Reason.AMOUNT_CHANGED, now)
    elif not _may_take(deduction):
        give_up(deduction, order, Reason.WITHDRAWN, now)
    else:
        _withhold(deduction, order, notify_url, now)


def _may_take(deduction: Deduction) -> bool:
    with scope(SYSTEM):
        return Plan.objects.filter(id=deduction.plan_id, state=PlanState.ACTIVE).exists()


def _withhold(deduction: Deduction, order: OrderView, notify_url: str, now: datetime) -> None:
    plan = deduction.plan
    try:
        require_gateway(plan.gateway)
        order = pay_by_agreement(
            order_id=order.order_id, gateway_code=plan.gateway, agreement_no=plan.agreement_no, notify_url=notify_url,
            now=now,
        )  # fmt: skip
    except AlreadyPaid:
        order = get_order(order.order_id)
    except AgreementGone:
        _end_plan(plan, now)
        give_up(deduction, order, Reason.WITHDRAWN, now)
        return
    except MoneyShort:
        turn_down(deduction, order, Reason.MONEY_SHORT, now)
        return
    except GatewayRefused as refused:
        log.warning("autopay.refused", deduction_id=deduction.id, reason=refused.reason)
        turn_down(deduction, order, Reason.REFUSED, now)
        return
    except StepRefused:  # its time is over: another order, with another number, once this one is closed
        turn_down(deduction, order, Reason.NONE, now)
        return
    except Unavailable as error:
        log.warning("autopay.gateway_unavailable", deduction_id=deduction.id, code=error.code)
        hold_until(deduction, now + pause_after(deduction.tries - 1))
        return
    if order.is_paid:
        mark_taken(deduction, order.order_id, now)
    else:
        hold_until(deduction, now + pause_after(deduction.tries - 1))


def _end_plan(plan: Plan, now: datetime) -> None:
    with scope(SYSTEM):
        locked = Plan.objects.select_for_update().get(id=plan.id)
        if locked.state != PlanState.ENDED:
            end_plan(SYSTEM, locked, EndedBy.GATEWAY, now)


def _follow(deduction: Deduction, now: datetime) -> None:
    assert deduction.order_id is not None, "what was taken has an order"
    order = get_order(deduction.order_id)
    states = {line.state for line in order.lines}
    if states == {LineState.SETTLED}:
        state = DeductionState.DONE
    elif states <= {LineState.SURPLUS, LineState.REFUNDED}:
        state = DeductionState.GIVEN_BACK
    else:
        hold_until(deduction, now + follow_after(deduction.tries - 1))
        return
    with scope(SYSTEM):
        Plan.objects.select_for_update().get(id=deduction.plan_id)
        locked = Deduction.objects.select_for_update().get(id=deduction.id)
        if locked.state == DeductionState.TAKEN:
            end_deduction(SYSTEM, locked, state, Reason.NONE, now)
