"""What others may follow: money that came in, debts that were settled, orders that ended."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("payments.order_placed")
class OrderPlaced(DomainEvent):
    """Somebody began to pay: for ``purpose``, through an app ("web", "wechat", …, "counter"), to these agencies."""

    order_id: int
    city_code: str
    purpose: str
    agency_ids: tuple[int, ...]
    channel: str


@event("payments.order_captured")
class OrderCaptured(DomainEvent):
    """The money of an order is in. Lines whose debt was paid by another order go back by themselves.

    ``purpose`` is "" in events of before ``OrderPlaced`` was told.
    """

    order_id: int
    city_code: str
    gateway: str
    amount_fen: int
    purpose: str = ""
    agency_ids: tuple[int, ...] = ()


@event("payments.order_settled")
class OrderSettled(DomainEvent):
    """Every keeper of the order's lines has been told (销账), or its line goes back."""

    order_id: int
    city_code: str


@event("payments.order_closed")
class OrderClosed(DomainEvent):
    """Nobody paid in time, or the payer gave up: the debts are free to be paid again."""

    order_id: int
    city_code: str


@event("payments.order_refunded")
class OrderRefunded(DomainEvent):
    """Money of an order went back; ``is_whole`` when nothing of it is left. ``line_id`` None: a second capture's."""

    order_id: int
    city_code: str
    refund_id: int
    line_id: int | None
    amount_fen: int
    is_whole: bool
