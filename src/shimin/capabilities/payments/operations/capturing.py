"""Money has come in: capture, ledger, audit and event in one statement, once, whoever says it and how often."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from django.db import connection

from shimin.capabilities.payments.domain.ledger import gateway_account
from shimin.capabilities.payments.domain.orders import MOST_LINES
from shimin.capabilities.payments.domain.trade_numbers import TradeNumber, parse_trade_number
from shimin.capabilities.payments.events import OrderCaptured
from shimin.capabilities.payments.ports import GatewayReceipt
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id

log = structlog.get_logger("shimin.payments")

# Ids for the capture, the transaction, one debit, and a credit and a refund for each line.
_IDS = 3 + 2 * MOST_LINES

_CAPTURE = f"""
    WITH taken AS MATERIALIZED (
        SELECT * FROM payments_capture_order(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[])
    ), noted AS ({audit.INSERT} FROM taken WHERE outcome IN ('captured', 'surplus')
    ), told AS (
        INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload)
        SELECT %s::bigint, %s::timestamptz, %s::text, %s::text, %s::bigint, order_version,
            %s::jsonb || payments_told_of(%s)
        FROM taken WHERE outcome = 'captured'
    )
    SELECT outcome FROM taken
"""  # noqa: S608 - constants only


class CaptureOutcome(StrEnum):
    """How a receipt was taken. Only ``unknown`` and ``wrong_amount`` are not believed."""

    CAPTURED = "captured"
    REPEATED = "repeated"
    SURPLUS = "surplus"
    UNKNOWN = "unknown"
    WRONG_AMOUNT = "wrong_amount"

    @property
    def is_believed(self) -> bool:
        return self not in (CaptureOutcome.UNKNOWN, CaptureOutcome.WRONG_AMOUNT)


def capture(*, actor: Actor, receipt: GatewayReceipt, source: str, now: datetime) -> CaptureOutcome:
    """Take a proved receipt. Safe to repeat, at once and for ever: one trade number is captured once.

    ``source`` says how we know ("notify", "poll", "counter"). A second payment of an order, and a line whose debt
    another order has paid, are surplus: booked, and sent back by the worker.
    """
    number = parse_trade_number(receipt.out_trade_no)
    if number is None:
        return _refused(actor, receipt, None, CaptureOutcome.UNKNOWN, now)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_CAPTURE, _values(actor, receipt, number, source, now))
        outcome = CaptureOutcome(cursor.fetchone()[0])
    if not outcome.is_believed:
        return _refused(actor, receipt, number, outcome, now)
    return outcome


def _values(actor: Actor, receipt: GatewayReceipt, number: TradeNumber, source: str, now: datetime) -> list[Any]:
    order_id = number.order_id
    noted = audit.row(
        actor=actor, action="payments.capture", target="order", target_id=order_id, now=now, city_code=number.city_code,
        details={"gateway": receipt.gateway, "trade": receipt.trade_no, "fen": receipt.amount_fen, "source": source},
    )  # fmt: skip
    event = OrderCaptured(
        order_id=order_id, city_code=number.city_code, gateway=receipt.gateway, amount_fen=receipt.amount_fen
    )
    told = events.row(event, aggregate="payments.order", aggregate_id=order_id, version=0, now=now)
    del told[5]  # the version is known under the order's lock only
    return [
        order_id, receipt.out_trade_no, receipt.gateway, gateway_account(receipt.gateway), receipt.trade_no,
        receipt.amount_fen, receipt.paid_at, now, source, [new_id() for _ in range(_IDS)], *noted, *told, order_id,
    ]  # fmt: skip


def _refused(
    actor: Actor, receipt: GatewayReceipt, number: TradeNumber | None, outcome: CaptureOutcome, now: datetime
) -> CaptureOutcome:
    log.error("payments.receipt_refused", gateway=receipt.gateway, trade=receipt.trade_no, outcome=str(outcome))
    audit.record_refusal(
        actor=actor, action="payments.capture", target="order", target_id=number.order_id if number else None,
        reason=str(outcome), now=now,
    )  # fmt: skip
    return outcome
