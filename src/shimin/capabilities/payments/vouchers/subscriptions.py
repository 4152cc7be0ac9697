"""What follows from payments' events: vouchers."""

from __future__ import annotations

from shimin.capabilities.payments.events import OrderRefunded, OrderSettled
from shimin.capabilities.payments.public import get_order
from shimin.capabilities.payments.vouchers.public import kind_for, renew_vouchers
from shimin.kernel.events import Delivery, on


@on(OrderSettled)
def on_order_settled(event: OrderSettled, delivery: Delivery) -> None:
    """Issue a voucher for each line of public money that its agency has taken."""
    order = get_order(event.order_id)
    for line in order.lines:
        if kind_for(order.city_code, line.item_code) is not None:  # most lines are bills: no lock for them
            renew_vouchers(line_id=line.line_id, now=delivery.occurred_at)


@on(OrderRefunded)
def on_order_refunded(event: OrderRefunded, delivery: Delivery) -> None:
    """Take the line's voucher back; of a partial refund the rest gets a new one."""
    if event.line_id is not None:
        renew_vouchers(line_id=event.line_id, now=delivery.occurred_at)
