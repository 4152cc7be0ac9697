"""Take cash: a teller's drawer is a gateway that nobody has to be asked about."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.payments.domain.ledger import is_counter
from shimin.capabilities.payments.domain.orders import StepRefused
from shimin.capabilities.payments.domain.placing import AlreadyPaid
from shimin.capabilities.payments.operations.attempts import OrderExpired
from shimin.capabilities.payments.operations.capturing import CaptureOutcome, capture
from shimin.capabilities.payments.ports import GatewayReceipt
from shimin.capabilities.payments.queries.orders import get_order_for
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.money import format_fen

TELLER = "payments.teller"


def take_cash(*, actor: Actor, order_id: int, drawer: str, received_fen: int, now: datetime) -> None:
    """Take an order's money in cash into the teller's own drawer ("cash:t…"). Repeating it changes nothing.

    Raises:
        Forbidden: the actor is no teller, or the drawer is somebody else's.
        NotFound: no such order in the teller's grants. InvalidInput: less was handed over than is owed.
        AlreadyPaid, OrderExpired, StepRefused: it cannot be paid any more.
    """
    if not actor.has_role(TELLER) or drawer != f"cash:t{actor.account_id}" or not is_counter(drawer):
        raise Forbidden
    order = get_order_for(actor=actor, order_id=order_id)
    if order.is_paid and order.gateway == drawer:
        return
    if received_fen < order.total_fen:
        raise InvalidInput(fields={"yuan": f"应收{format_fen(order.total_fen)}，收到的不够。"})
    with scope(actor), connection.cursor() as cursor:
        # No poll: a drawer does not answer. A try that a crash leaves open is gone on with, or closed with the order.
        cursor.execute(
            "SELECT outcome, out_trade_no FROM payments_begin_attempt(%s, %s, %s, %s, NULL)",
            [order_id, drawer, new_id(), now],
        )
        outcome, number = cursor.fetchone()
    match outcome:
        case "begun":
            receipt = GatewayReceipt(drawer, number, f"C{number}", order.total_fen, now)
            if capture(actor=actor, receipt=receipt, source="counter", now=now) is CaptureOutcome.SURPLUS:
                raise AlreadyPaid(order.captured_at or now, None)
        case "captured" | "settled" | "refunded":
            raise AlreadyPaid(order.captured_at or now, None)
        case "expired" | "closed":
            raise OrderExpired
        case _:
            raise StepRefused
