"""Tell keepers that their debts are paid (销账) or were refunded (冲正), until each has said yes or no.

A line is leased for a while, its keeper is asked with no transaction open, then the answer is written. A worker that
dies lets the lease run out; keepers are idempotent per line.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.payments.domain.ledger import SURPLUS, EntryKind, payee_account
from shimin.capabilities.payments.domain.orders import LineState, OrderState
from shimin.capabilities.payments.domain.refunds import RefundReason, RefundStage
from shimin.capabilities.payments.events import OrderSettled
from shimin.capabilities.payments.models import Order, OrderLine, Refund
from shimin.capabilities.payments.operations.posting import Side, post
from shimin.capabilities.payments.ports import PaidLine, SettlementRefused, payable
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Unavailable
from shimin.kernel.ids import new_id

BATCH = 20
LONGEST_PAUSE_SECONDS = 900
log = structlog.get_logger("shimin.payments")

_LEASE = """
    UPDATE payments_order_line SET settle_tries = settle_tries + 1,
        settle_after = %s::timestamptz + make_interval(secs => least(5 * power(2, settle_tries + 1), %s))
    WHERE id IN (
        SELECT id FROM payments_order_line WHERE settle_after <= %s
        ORDER BY settle_after LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


def settle_due_lines(now: datetime, *, limit: int = BATCH) -> int:
    """Talk to the keepers of lines that are due and return how many; the worker calls it."""
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_LEASE, [now, LONGEST_PAUSE_SECONDS, now, limit])
            ids = [line_id for (line_id,) in cursor.fetchall()]
        lines = list(OrderLine.objects.filter(id__in=ids).select_related("order").order_by("id"))
    for line in lines:
        _settle_line(line, now)
    return len(lines)


def _settle_line(line: OrderLine, now: datetime) -> None:
    try:
        keeper = payable(line.payable_kind)
        if line.state == LineState.REFUNDED:
            keeper.revert(line=_paid_line(line), now=now)
            _mark_reverted(line, now)
        else:
            _mark_settled(line, keeper.settle(line=_paid_line(line), now=now), now)
    except SettlementRefused as refusal:
        _give_back(line, str(refusal), now)
    except Unavailable as error:
        log.warning("payments.keeper_unavailable", kind=line.payable_kind, line_id=line.id, code=error.code)
    except KeyError:
        log.error("payments.no_keeper", kind=line.payable_kind, line_id=line.id)


def _paid_line(line: OrderLine) -> PaidLine:
    order = line.order
    assert order.captured_at is not None, "only lines of captured orders are due"
    return PaidLine(
        order_id=order.id, line_id=line.id, order_number=order.number, kind=line.payable_kind, ref=line.payable_ref,
        amount_fen=line.amount_fen, captured_at=order.captured_at, payer_account_id=order.payer_account_id,
    )  # fmt: skip


def _mark_settled(line: OrderLine, receipt: str, now: datetime) -> None:
    with scope(SYSTEM):
        order = Order.objects.select_for_update().get(id=line.order_id)
        changed = OrderLine.objects.filter(id=line.id, state=LineState.PAID).update(
            state=LineState.SETTLED, settled_at=now, keeper_receipt=receipt, settle_after=None
        )
        if changed:
            audit.record(
                actor=SYSTEM, action="payments.settle_line", target="order_line", target_id=line.id, now=now,
                city_code=line.city_code,
            )  # fmt: skip
            finish_if_settled(order, now)


def _mark_reverted(line: OrderLine, now: datetime) -> None:
    with scope(SYSTEM):
        OrderLine.objects.filter(id=line.id, state=LineState.REFUNDED).update(reverted_at=now, settle_after=None)


def _give_back(line: OrderLine, reason: str, now: datetime) -> None:
    """The keeper does not take the money: it is owed to the payer now, and goes back."""
    with scope(SYSTEM):
        order = Order.objects.select_for_update().get(id=line.order_id)
        changed = OrderLine.objects.filter(id=line.id, state=LineState.PAID).update(
            state=LineState.SURPLUS, settle_after=None, refund_held_fen=line.amount_fen
        )
        if not changed:
            return
        _move_to_surplus(line, now)
        refund = _automatic_refund(order, line, now)
        audit.record(
            actor=SYSTEM, action="payments.settlement_refused", target="order_line", target_id=line.id, now=now,
            city_code=line.city_code, outcome=audit.Outcome.REFUSED, details={"reason": reason, "refund": refund.id},
        )  # fmt: skip
        finish_if_settled(order, now)


def _move_to_surplus(line: OrderLine, now: datetime) -> None:
    sides = [
        Side(payee_account(line.payee_code), line.amount_fen, line.payee_code, line.item_code, line.agency_id),
        Side(SURPLUS, -line.amount_fen, line.payee_code, line.item_code, line.agency_id),
    ]
    post(
        city_code=line.city_code, kind=EntryKind.REVERSAL, sides=sides, now=now, order_id=line.order_id,
        line_id=line.id, document=f"line:{line.id}",
    )  # fmt: skip


def _automatic_refund(order: Order, line: OrderLine, now: datetime) -> Refund:
    capture = order.captures.get(is_surplus=False)
    refund = Refund(
        id=new_id(), order=order, line=line, city_code=line.city_code, agency_id=line.agency_id,
        gateway=capture.gateway, out_trade_no=capture.out_trade_no, amount_fen=line.amount_fen,
        reason=RefundReason.KEEPER_REFUSED, stage=RefundStage.AGREED, requested_at=now, next_try_at=now,
    )  # fmt: skip
    refund.save(force_insert=True)
    return refund


def finish_if_settled(order: Order, now: datetime) -> None:
    """Settle the (locked) order when no line waits for its keeper any more."""
    waiting = OrderLine.objects.filter(order_id=order.id, state__in=[LineState.OWED, LineState.PAID]).exists()
    if order.state != OrderState.CAPTURED or waiting:
        return
    order.state, order.settled_at, order.version = OrderState.SETTLED, now, order.version + 1
    order.save(update_fields=["state", "settled_at", "version"])
    event = OrderSettled(order_id=order.id, city_code=order.city_code)
    events.emit(event, aggregate="payments.order", aggregate_id=order.id, version=order.version, now=now)
