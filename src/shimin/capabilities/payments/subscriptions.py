"""What follows from payments' events: messages to the payer."""

from __future__ import annotations

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.payments.events import OrderRefunded, OrderSettled
from shimin.capabilities.payments.queries.orders import get_order
from shimin.kernel.events import Delivery, on
from shimin.kernel.values.money import format_fen


@on(OrderSettled)
def on_order_settled(event: OrderSettled, delivery: Delivery) -> None:
    """Tell the payer that the debt is settled, with the way to the receipt."""
    order = get_order(event.order_id)
    if order.payer_account_id is None or order.refunded_fen == order.total_fen:
        return
    values = {"title": order.title, "amount": format_fen(order.total_fen), "order": str(order.order_id)}
    send_notice(account_id=order.payer_account_id, template="payments.settled", values=values, now=delivery.occurred_at)


@on(OrderRefunded)
def on_order_refunded(event: OrderRefunded, delivery: Delivery) -> None:
    """Tell the payer that money went back."""
    order = get_order(event.order_id)
    if order.payer_account_id is None:
        return
    values = {"title": order.title, "amount": format_fen(event.amount_fen), "order": str(order.order_id)}
    send_notice(
        account_id=order.payer_account_id, template="payments.refunded", values=values, now=delivery.occurred_at
    )
