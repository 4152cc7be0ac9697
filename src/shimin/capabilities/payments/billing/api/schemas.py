"""Shapes of the JSON API. Money is in fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from shimin.capabilities.payments.billing.public import KIND, AccountBills, Bill, Biller, BoundView, DayUse, ref_of
from shimin.kernel.web.api import IdText


class BillerOut(Schema):
    """Who can be paid."""

    code: str
    city_code: str
    kind: str
    name: str
    title: str


class BindIn(Schema):
    """An account to bind; ``consents``: the holder is the person, or has agreed."""

    biller: Annotated[str, Field(max_length=40)]
    number: Annotated[str, Field(max_length=60)]
    holder_name: Annotated[str, Field(max_length=100)]
    home: Annotated[str, Field(max_length=40)]
    consents: bool


class RemindersIn(Schema):
    """Whether an account's bills are told of before and after their day."""

    reminds: bool


class BillOut(Schema):
    """A bill; ``kind`` and ``ref`` make a line of an order."""

    kind: str
    ref: str
    month: str
    used: int
    unit: str
    amount_fen: int
    late_fee_fen: int
    payable_fen: int
    due_date: date
    is_paid: bool
    receipt: str


class DayOut(Schema):
    """What was used on a day."""

    day: date
    used: float


class BoundOut(Schema):
    """A bound account; the whole number stays with the biller and its owner's paper."""

    bound_id: IdText
    biller: str
    title: str
    number_tail: str
    home: str
    holder_masked: str
    address_masked: str
    bound_at: datetime
    reminds: bool


class AccountOut(BoundOut):
    """A bound account with its bills, newest first; ``is_known`` false: the biller does not answer now."""

    is_known: bool
    bills: list[BillOut]
    days: list[DayOut]


class CardIssuerOut(Schema):
    """Who gives out cards that can be topped up; ``kind``: campus or transit."""

    code: str
    kind: str
    city_code: str
    name: str


class TopUpIn(Schema):
    """A top-up in whole yuan, 1 to 500."""

    issuer: Annotated[str, Field(max_length=40)]
    card: Annotated[str, Field(max_length=60)]
    yuan: int


class TopUpOut(Schema):
    """The order to pay: POST /me/orders/{order_id}/cashier."""

    order_id: IdText


def biller_out(biller: Biller) -> dict[str, Any]:
    """Return a biller as JSON values."""
    return {name: getattr(biller, name) for name in BillerOut.model_fields}


def bound_out(bound: BoundView) -> dict[str, Any]:
    """Return a bound account as JSON values."""
    names = ("bound_id", "number_tail", "home", "holder_masked", "address_masked", "bound_at", "reminds")
    return {**{name: getattr(bound, name) for name in names}, "biller": bound.biller.code, "title": bound.biller.title}


def account_out(account: AccountBills, days: tuple[DayUse, ...] = ()) -> dict[str, Any]:
    """Return an account with its bills as JSON values."""
    return {
        **bound_out(account.bound),
        "is_known": account.is_known,
        "bills": [_bill_out(account.bound, bill) for bill in account.bills],
        "days": [{"day": each.day, "used": each.used} for each in days],
    }


def _bill_out(bound: BoundView, bill: Bill) -> dict[str, Any]:
    names = [name for name in BillOut.model_fields if name not in ("kind", "ref")]
    shown = {name: getattr(bill, name) for name in names}
    return {**shown, "kind": KIND, "ref": ref_of(bound.biller.code, bill.number)}
