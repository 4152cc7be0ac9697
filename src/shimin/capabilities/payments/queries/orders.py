"""Orders as payers read them: their own, or by the secret in the link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.payments.domain.orders import PAID, UNPAID, LineState, OrderState
from shimin.capabilities.payments.domain.refunds import RefundStage
from shimin.capabilities.payments.handles import link_hash, link_secret
from shimin.capabilities.payments.models import Attempt, Order, OrderLine, Refund
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired

PAGE = 20


@dataclass(frozen=True, slots=True)
class LineView:
    """One debt of an order."""

    line_id: int
    kind: str
    ref: str
    title: str
    amount_fen: int
    payee_code: str
    payee_name: str
    item_code: str
    state: LineState
    settled_at: datetime | None
    keeper_receipt: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try at a gateway; ``is_open`` while its end is not known."""

    gateway: str
    out_trade_no: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back to the payer."""

    refund_id: int
    line_id: int | None
    amount_fen: int
    reason: str
    stage: RefundStage
    requested_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order. ``link`` is the secret of its address, for whoever was allowed to read the order."""

    order_id: int
    number: str
    city_code: str
    purpose: str
    title: str
    total_fen: int
    refunded_fen: int
    state: OrderState
    gateway: str
    payer_account_id: int | None
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    lines: tuple[LineView, ...] = ()
    attempts: tuple[AttemptView, ...] = ()
    refunds: tuple[RefundView, ...] = ()

    @property
    def link(self) -> str:
        return link_secret(self.order_id)

    @property
    def is_unpaid(self) -> bool:
        return self.state in UNPAID

    @property
    def is_paid(self) -> bool:
        return self.state in PAID


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first. ``next`` is the id to go on after, None at the end."""

    orders: tuple[OrderView, ...]
    next: int | None


def get_order_for(*, actor: Actor, order_id: int, link: str = "") -> OrderView:
    """Return an order: the actor's own, or one without an account when ``link`` is its secret. Four statements.

    Raises:
        NotFound: neither.
    """
    with scope(actor):
        order = Order.objects.filter(id=order_id).first()
        if order is not None:
            return _view(
                order, OrderLine.objects.filter(order_id=order_id), Attempt.objects.filter(order_id=order_id),
                Refund.objects.filter(order_id=order_id),
            )  # fmt: skip
        return _by_link(order_id, link)


def _by_link(order_id: int, link: str) -> OrderView:
    key = [order_id, link_hash(link)]
    for order in Order.objects.raw("SELECT * FROM payments_order_by_link(%s, %s)", key):
        if order.payer_account_id is None:
            return _view(
                order, OrderLine.objects.raw("SELECT * FROM payments_lines_by_link(%s, %s)", key),
                Attempt.objects.raw("SELECT * FROM payments_attempts_by_link(%s, %s)", key),
                Refund.objects.raw("SELECT * FROM payments_refunds_by_link(%s, %s)", key),
            )  # fmt: skip
    raise NotFound


def get_order(order_id: int) -> OrderView:
    """Return an order for the worker and its subscribers.

    Raises:
        NotFound: there is none.
    """
    return get_order_for(actor=SYSTEM, order_id=order_id)


def list_orders(actor: Actor, *, after: int | None = None, limit: int = PAGE) -> OrderPage:
    """Return the actor's orders, newest first, without lines. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    rows = Order.objects.filter(payer_account_id=actor.account_id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    with scope(actor):
        page = list(rows.order_by("-id")[: limit + 1])
    orders = tuple(_view(row, (), (), ()) for row in page[:limit])
    return OrderPage(orders, orders[-1].order_id if len(page) > limit else None)


def _view(
    order: Order, lines: Iterable[OrderLine], attempts: Iterable[Attempt], refunds: Iterable[Refund]
) -> OrderView:
    return OrderView(
        order_id=order.id, number=order.number, city_code=order.city_code, purpose=order.purpose, title=order.title,
        total_fen=order.total_fen, refunded_fen=order.refunded_fen, state=OrderState(order.state),
        gateway=order.gateway, payer_account_id=order.payer_account_id, created_at=order.created_at,
        expires_at=order.expires_at, captured_at=order.captured_at, settled_at=order.settled_at,
        closed_at=order.closed_at,
        lines=tuple(_line(line) for line in sorted(lines, key=lambda line: line.id)),
        attempts=tuple(
            AttemptView(each.gateway, each.out_trade_no, each.state == "open")
            for each in sorted(attempts, key=lambda each: each.id)
        ),
        refunds=tuple(
            RefundView(
                each.id, each.line_id, each.amount_fen, each.reason, RefundStage(each.stage), each.requested_at,
                each.done_at,
            )
            for each in sorted(refunds, key=lambda each: each.id)
        ),
    )  # fmt: skip


def _line(line: OrderLine) -> LineView:
    return LineView(
        line_id=line.id, kind=line.payable_kind, ref=line.payable_ref, title=line.title, amount_fen=line.amount_fen,
        payee_code=line.payee_code, payee_name=line.payee_name, item_code=line.item_code, state=LineState(line.state),
        settled_at=line.settled_at, keeper_receipt=line.keeper_receipt,
    )  # fmt: skip
