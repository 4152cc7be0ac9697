"""What follows from an invited order: the inviter is told, once."""

from __future__ import annotations

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.payments.invitations.operations.answering import note_paid
from shimin.capabilities.payments.public import OrderSettled
from shimin.kernel.events import Delivery, on
from shimin.kernel.values.money import format_fen


@on(OrderSettled)
def on_order_settled(event: OrderSettled, delivery: Delivery) -> None:
    """Tell the inviter that somebody has paid; who, nobody is told."""
    noted = note_paid(event.order_id, delivery.occurred_at)
    if noted is None:
        return
    account_id, invitation = noted
    values = {"title": invitation.title, "amount": format_fen(invitation.total_fen)}
    send_notice(account_id=account_id, template="invitations.paid", values=values, now=delivery.occurred_at)
