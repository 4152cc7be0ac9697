"""Pay an order under an agreement: the worker takes the money, with nobody at a cashier.

What became of an earlier try is asked before another is made; each try of an order at one gateway has one number, under
which the gateway takes money once.
"""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.payments.domain.placing import subject_for_gateway
from shimin.capabilities.payments.operations.attempts import begin_attempt, close_attempt
from shimin.capabilities.payments.operations.capturing import capture
from shimin.capabilities.payments.ports import TradeStatus, Withholding, agreement_gateway
from shimin.capabilities.payments.queries.orders import OrderView, get_order
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import require_no_transaction


def pay_by_agreement(
    *, order_id: int, gateway_code: str, agreement_no: str, notify_url: str, now: datetime
) -> OrderView:
    """Take an order's money under an agreement and return the order as it then stands. For the worker; not in a
    transaction. Repeating it, at once or after a kill, takes nothing twice.

    Raises:
        KeyError: the gateway offers no agreements. NotFound: no such order.
        AlreadyPaid, OrderExpired, StepRefused: it cannot be paid any more.
        AgreementGone, MoneyShort, GatewayRefused: the gateway has taken nothing.
        Unavailable: not known what happened, or the payer's try at another gateway could not be closed; ask again.
    """
    require_no_transaction()
    chosen = agreement_gateway(gateway_code)
    order = get_order(order_id)
    is_tried = False
    for attempt in order.attempts:
        if attempt.is_open and attempt.gateway != gateway_code:
            # Somebody may be paying there by hand: never two ways at once.
            close_attempt(SYSTEM, order_id, attempt.gateway, attempt.out_trade_no, now)
        elif attempt.is_open:
            is_tried = True
    number = begin_attempt(SYSTEM, order, gateway_code, now)
    status = chosen.query(number) if is_tried else None
    if status is None or status.receipt is None:
        status = chosen.withhold(_wish(order, number, agreement_no, notify_url))
    _take(status, now)
    return get_order(order_id)


def _wish(order: OrderView, number: str, agreement_no: str, notify_url: str) -> Withholding:
    subject = subject_for_gateway(
        [(line.payee_name, line.item_code) for line in order.lines], order.title, order.number
    )
    return Withholding(
        agreement_no=agreement_no, out_trade_no=number, subject=subject, amount_fen=order.total_fen,
        expires_at=order.expires_at, notify_url=notify_url,
    )  # fmt: skip


def _take(status: TradeStatus, now: datetime) -> None:
    if status.receipt is not None:
        capture(actor=SYSTEM, receipt=status.receipt, source="agreement", now=now)
