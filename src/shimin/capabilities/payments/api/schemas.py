"""Shapes of the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from shimin.capabilities.payments.public import INVITED, OrderView
from shimin.kernel.web.api import IdText


class DebtIn(Schema):
    """A debt by its keeper's kind and reference."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    ref: Annotated[str, Field(min_length=1, max_length=100)]


class OrderIn(Schema):
    """What to pay at once."""

    lines: Annotated[list[DebtIn], Field(min_length=1, max_length=20)]


class CashierIn(Schema):
    """Which gateway, and where the browser goes afterwards (a path of this site)."""

    gateway: Annotated[str, Field(max_length=20)]


class CashierOut(Schema):
    """Where the payer pays."""

    url: str


class LineOut(Schema):
    """One debt of an order. ``ref`` is empty when it was paid for somebody else, by their link."""

    line_id: IdText
    kind: str
    ref: str
    title: str
    amount_fen: int
    payee_name: str
    state: str
    keeper_receipt: str


class OrderOut(Schema):
    """An order. Money is in fen."""

    order_id: IdText
    number: str
    title: str
    state: str
    total_fen: int
    refunded_fen: int
    created_at: datetime
    expires_at: datetime
    captured_at: datetime | None
    settled_at: datetime | None
    lines: list[LineOut]


class ReceiptOut(Schema):
    """What a receipt is worth today; nothing of who paid."""

    number: str
    title: str
    payees: list[str]
    total_fen: int
    refunded_fen: int
    captured_at: datetime


def order_out(order: OrderView) -> dict[str, Any]:
    """Return an order as JSON values."""
    names = ("order_id", "number", "title", "total_fen", "refunded_fen", "created_at", "expires_at", "captured_at")
    shown = {name: getattr(order, name) for name in (*names, "settled_at")}
    lines = [{name: getattr(line, name) for name in LineOut.model_fields} for line in order.lines]
    if order.purpose == INVITED:  # a bill's reference holds the number of somebody else's account
        lines = [{**line, "ref": ""} for line in lines]
    return {**shown, "state": str(order.state), "lines": [{**line, "state": str(line["state"])} for line in lines]}
