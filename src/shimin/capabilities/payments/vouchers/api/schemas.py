"""Shapes of the JSON API of vouchers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from shimin.capabilities.payments.vouchers.public import VoucherView
from shimin.kernel.web.api import IdText


class CheckedVoucherOut(Schema):
    """What a voucher is worth today. Money is in fen, negative of a red one."""

    code: str
    number: str
    kind_title: str
    agency_name: str
    agency_uscc: str
    item_code: str
    item_title: str
    payer_masked: str
    signed_fen: int
    paid_at: datetime
    issued_at: datetime
    is_red: bool
    is_valid: bool
    reversed_at: datetime | None
    related: str


class VoucherOut(CheckedVoucherOut):
    """A voucher of one's own order."""

    voucher_id: IdText
    check: str
    title: str
    payment_code: str
    order_number: str


def checked_out(voucher: VoucherView) -> dict[str, Any]:
    """Return what anybody may see as JSON values."""
    names = (name for name in CheckedVoucherOut.model_fields if name != "number")
    return {name: getattr(voucher, name) for name in names} | {"number": voucher.printed_number}


def voucher_out(voucher: VoucherView) -> dict[str, Any]:
    """Return a voucher as JSON values for its payer."""
    names = (name for name in VoucherOut.model_fields if name not in CheckedVoucherOut.model_fields)
    return checked_out(voucher) | {name: getattr(voucher, name) for name in names}
