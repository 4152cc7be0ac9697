"""What follows from payments' events: vouchers."""

from __future__ import annotations

from shimin.capabilities.payments.events import OrderRefunded, OrderSettled
from shimin.capabilities.payments.public import get_order
from shimin.capabilities.payments.vouchers.public import renew_vouchers
from shimin.kernel.events import Delivery, on


@on(OrderSettled)
def on_order_settled(event: OrderSettled, delivery: Delivery) -> None:
    """Issue a voucher for each line of public money that its agency has taken."""
    for line in get_order(event.order_id).lines:
        renew_vouchers(line_id=line.line_id, now=delivery.occurred_at)


@on(OrderRefunded)
def on_order_refunded(event: OrderRefunded, delivery: Delivery) -> None:
    """Take the line's voucher back; of a partial refund the rest gets a new one."""
    if event.line_id is not None:
        renew_vouchers(line_id=event.line_id, now=delivery.occurred_at)
