"""Send a payer to a gateway, ask gateways what became of tries, close what nobody pays.

A gateway's word is asked for with no transaction open, then written; whatever it says of money leads to ``capture``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection

from shimin.capabilities.payments.domain.ledger import is_counter
from shimin.capabilities.payments.domain.orders import StepRefused
from shimin.capabilities.payments.domain.placing import AlreadyPaid, subject_for_gateway
from shimin.capabilities.payments.events import OrderClosed
from shimin.capabilities.payments.operations.capturing import capture
from shimin.capabilities.payments.ports import CashierPage, Checkout, GatewayRefused, TradeState, TradeStatus, gateway
from shimin.capabilities.payments.queries.orders import AttemptView, OrderView, get_order_for
from shimin.capabilities.payments.queries.worklists import list_expired
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import InvalidInput, Unavailable
from shimin.kernel.ids import new_id

# The browser and the notify are usually quicker; polling finds what both have lost.
FIRST_POLL = timedelta(seconds=5)
LONGEST_PAUSE_SECONDS = 600
BATCH = 20
log = structlog.get_logger("shimin.payments")

_LEASE = """
    UPDATE payments_attempt SET polls = polls + 1,
        next_poll_at = %s::timestamptz + make_interval(secs => least(5 * power(2, polls + 1), %s))
    WHERE id IN (
        SELECT id FROM payments_attempt WHERE state = 'open' AND next_poll_at <= %s
        ORDER BY next_poll_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING order_id, gateway, out_trade_no
"""


class OrderExpired(StepRefused):
    """The time to pay is over."""

    code = "order_expired"
    message = "付款时间已过，这笔订单不能再付。"
    mend = "请重新提交一次，金额以最新查询为准。"


def begin_payment(
    *,
    actor: Actor,
    order_id: int,
    gateway_code: str,
    return_url: str,
    notify_url: str,
    now: datetime,
    link: str = "",
    address: str = "127.0.0.1",
) -> CashierPage:
    """Return where the payer pays. A try that is open at the same gateway is gone on with, one elsewhere is closed.

    Raises:
        NotFound: no such order for the actor. InvalidInput: no such gateway.
        AlreadyPaid, OrderExpired, StepRefused: it cannot be paid any more.
        Unavailable, GatewayRefused: the gateway does not open its cashier.
    """
    require_no_transaction()
    order = get_order_for(actor=actor, order_id=order_id, link=link)
    try:
        chosen = gateway(gateway_code)
    except KeyError:
        raise InvalidInput(fields={"gateway": "请选择一种付款方式。"}) from None
    for attempt in order.attempts:
        if attempt.is_open and attempt.gateway != gateway_code:
            _leave(actor, order, attempt, now)
    number = begin_attempt(actor, order, gateway_code, now)
    subject = subject_for_gateway(
        [(line.payee_name, line.item_code) for line in order.lines], order.title, order.number
    )
    checkout = Checkout(
        out_trade_no=number, subject=subject, amount_fen=order.total_fen, expires_at=order.expires_at,
        return_url=return_url, notify_url=notify_url, payer_address=address,
    )  # fmt: skip
    return chosen.open_cashier(checkout)


def begin_attempt(actor: Actor, order: OrderView, gateway_code: str, now: datetime) -> str:
    """Return the number of the order's open try at a gateway, a new one when there is none.

    Raises:
        AlreadyPaid, OrderExpired, StepRefused: it cannot be paid any more.
    """
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, out_trade_no FROM payments_begin_attempt(%s, %s, %s, %s, %s)",
            [order.order_id, gateway_code, new_id(), now, now + FIRST_POLL],
        )
        outcome, number = cursor.fetchone()
    match outcome:
        case "begun":
            return str(number)
        case "captured" | "settled" | "refunded":
            raise AlreadyPaid(order.captured_at or now, order.order_id)
        case "expired" | "closed":
            raise OrderExpired
        case _:
            raise StepRefused("试的次数太多了。", mend="请取消这笔订单，重新提交一次。")


def _leave(actor: Actor, order: OrderView, attempt: AttemptView, now: datetime) -> None:
    """Close the try at the gateway that is left. If that is not known, the try stays open and is polled: a second
    payment would be found and sent back."""
    try:
        close_attempt(actor, order.order_id, attempt.gateway, attempt.out_trade_no, now)
    except (Unavailable, GatewayRefused):
        log.warning("payments.try_left_open", gateway=attempt.gateway, order_id=order.order_id)


def close_attempt(actor: Actor, order_id: int, gateway_code: str, out_trade_no: str, now: datetime) -> None:
    """Close one try at its gateway, then here.

    Raises:
        AlreadyPaid: the money was quicker; it is captured. Unavailable, GatewayRefused: not known; nothing changed.
    """
    status = TradeStatus(TradeState.CLOSED) if is_counter(gateway_code) else gateway(gateway_code).close(out_trade_no)
    if status.receipt is not None:
        capture(actor=actor, receipt=status.receipt, source="poll", now=now)
        raise AlreadyPaid(status.receipt.paid_at, order_id)
    _end_attempt(actor, order_id, out_trade_no, now)


def _end_attempt(actor: Actor, order_id: int, out_trade_no: str, now: datetime) -> None:
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT payments_end_attempt(%s, %s, %s)", [order_id, out_trade_no, now])


def close_order(*, actor: Actor, order_id: int, now: datetime, link: str = "") -> None:
    """Give an unpaid order up: its gateways are told first, then its debts are free. Closing twice changes nothing.

    Raises:
        NotFound: no such order for the actor.
        AlreadyPaid: the money was quicker.
        Unavailable: a gateway does not answer; nothing has changed, try again.
    """
    require_no_transaction()
    order = get_order_for(actor=actor, order_id=order_id, link=link)
    if order.is_paid:
        raise AlreadyPaid(order.captured_at or now, order_id)
    for attempt in order.attempts:
        if attempt.is_open:
            close_attempt(actor, order_id, attempt.gateway, attempt.out_trade_no, now)
    _close(actor, order, now)


def _close(actor: Actor, order: OrderView, now: datetime) -> None:
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, order_version FROM payments_close_order(%s, %s)", [order.order_id, now])
        outcome, version = cursor.fetchone()
        if outcome != "closed_now":
            return
        audit.record(
            actor=actor, action="payments.close_order", target="order", target_id=order.order_id, now=now,
            city_code=order.city_code,
        )  # fmt: skip
        event = OrderClosed(order_id=order.order_id, city_code=order.city_code)
        events.emit(event, aggregate="payments.order", aggregate_id=order.order_id, version=version, now=now)


def check_order(*, actor: Actor, order_id: int, now: datetime, link: str = "") -> OrderView:
    """Ask the gateways about an order's open tries and return it as it then stands: what a page does after the payer
    comes back. A gateway that does not answer changes nothing."""
    order = get_order_for(actor=actor, order_id=order_id, link=link)
    open_tries = [attempt for attempt in order.attempts if attempt.is_open]
    if not order.is_unpaid or not open_tries:
        return order
    for attempt in open_tries:
        try:
            _poll(actor, order_id, attempt.gateway, attempt.out_trade_no, now)
        except (Unavailable, GatewayRefused):
            log.warning("payments.poll_failed", gateway=attempt.gateway, order_id=order_id)
    return get_order_for(actor=actor, order_id=order_id, link=link)


def poll_attempts(now: datetime) -> int:
    """Ask gateways about open tries that are due, and return how many; the worker calls it."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LEASE, [now, LONGEST_PAUSE_SECONDS, now, BATCH])
        due = cursor.fetchall()
    for order_id, gateway_code, out_trade_no in due:
        try:
            _poll(SYSTEM, order_id, gateway_code, out_trade_no, now)
        except (Unavailable, GatewayRefused):
            log.warning("payments.poll_failed", gateway=gateway_code, order_id=order_id)
    return len(due)


def _poll(actor: Actor, order_id: int, gateway_code: str, out_trade_no: str, now: datetime) -> None:
    status = gateway(gateway_code).query(out_trade_no)
    if status.receipt is not None:
        capture(actor=actor, receipt=status.receipt, source="poll", now=now)
    elif status.state is TradeState.CLOSED:
        _end_attempt(actor, order_id, out_trade_no, now)


def close_expired_orders(now: datetime) -> int:
    """Close unpaid orders whose time is over, and return how many; the worker calls it."""
    closed = 0
    for order_id in list_expired(now, BATCH):
        try:
            close_order(actor=SYSTEM, order_id=order_id, now=now)
            closed += 1
        except AlreadyPaid:
            log.info("payments.paid_while_closing", order_id=order_id)
        except (Unavailable, GatewayRefused):
            log.warning("payments.close_failed", order_id=order_id)
    return closed
