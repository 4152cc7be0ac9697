"""What finance officers see: refunds to decide on, and what of an order can go back. Row security limits both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.payments.domain.orders import LineState, OrderState
from shimin.capabilities.payments.domain.refunds import RefundReason, RefundStage
from shimin.capabilities.payments.models import Order, OrderLine, Refund
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.values.numbers import check_public_number

MOST_SHOWN = 100
_REFUNDABLE = (LineState.PAID, LineState.SETTLED)


@dataclass(frozen=True, slots=True)
class DeskRefund:
    """A refund as the desk lists it. ``is_own``: the officer asked for it, so somebody else decides."""

    refund_id: int
    order_number: str
    title: str
    payee_name: str
    amount_fen: int
    reason: RefundReason
    words: str
    stage: RefundStage
    requested_at: datetime
    decided_at: datetime | None
    done_at: datetime | None
    is_own: bool
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A line of an order, with how much of it can still go back."""

    line_id: int
    title: str
    payee_name: str
    amount_fen: int
    refundable_fen: int
    state: LineState


@dataclass(frozen=True, slots=True)
class DeskOrder:
    """A paid order as finance sees it: not who paid."""

    order_id: int
    number: str
    title: str
    total_fen: int
    refunded_fen: int
    state: OrderState
    captured_at: datetime
    lines: tuple[DeskLine, ...]


def list_refunds(actor: Actor, *, waiting: bool) -> tuple[DeskRefund, ...]:
    """Return the officer's refunds: those that wait for a second officer, oldest first, or the latest others."""
    rows = Refund.objects.select_related("order", "line")
    if waiting:
        rows = rows.filter(stage=RefundStage.REQUESTED).order_by("id")
    else:
        rows = rows.exclude(stage=RefundStage.REQUESTED).order_by("-id")
    with scope(actor):
        return tuple(_refund(row, actor) for row in rows[:MOST_SHOWN])


def count_waiting_refunds(actor: Actor) -> int:
    """Return how many refunds wait for a second officer."""
    with scope(actor):
        return Refund.objects.filter(stage=RefundStage.REQUESTED).count()


def find_paid_order(*, actor: Actor, number: str) -> DeskOrder:
    """Return a paid order by its number, with the lines of the officer's agencies.

    Raises:
        PublicNumberInvalid: it cannot be a number of ours.
        NotFound: nothing paid under it in the officer's grants.
    """
    number = check_public_number(number)
    with scope(actor):
        order = Order.objects.filter(city_code=number[:6], number=number, captured_at__isnull=False).first()
        if order is None or order.captured_at is None:
            raise NotFound
        lines = tuple(_line(line) for line in OrderLine.objects.filter(order_id=order.id).order_by("id"))
    return DeskOrder(
        order.id, order.number, order.title, order.total_fen, order.refunded_fen, OrderState(order.state),
        order.captured_at, lines,
    )  # fmt: skip


def _refund(row: Refund, actor: Actor) -> DeskRefund:
    line = row.line
    return DeskRefund(
        refund_id=row.id, order_number=row.order.number, title=line.title if line else row.order.title,
        payee_name=line.payee_name if line else "", amount_fen=row.amount_fen, reason=RefundReason(row.reason),
        words=row.words, stage=RefundStage(row.stage), requested_at=row.requested_at, decided_at=row.decided_at,
        done_at=row.done_at, is_own=row.requested_by_id is not None and row.requested_by_id == actor.account_id,
        is_automatic=row.requested_by_id is None,
    )  # fmt: skip


def _line(line: OrderLine) -> DeskLine:
    state = LineState(line.state)
    left = line.amount_fen - line.refund_held_fen if state in _REFUNDABLE else 0
    return DeskLine(line.id, line.title, line.payee_name, line.amount_fen, left, state)
