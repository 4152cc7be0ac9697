"""Receipts as anybody may check them: by number and check code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.payments.handles import receipt_check
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.values.numbers import check_public_number


class ReceiptUnknown(NotFound):
    """Number and check code do not belong together, or nothing was paid under the number."""

    code = "receipt_unknown"
    message = "没有查到这张收据：编号和校验码对不上。"
    mend = "请对照收据再填一次；仍查不到的，不要当作已缴款的凭证，可以拨打 12345 核实。"


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says, without who paid."""

    number: str
    title: str
    payees: tuple[str, ...]
    total_fen: int
    refunded_fen: int
    captured_at: datetime

    @property
    def is_refunded(self) -> bool:
        return self.refunded_fen >= self.total_fen


def find_receipt(*, actor: Actor, number: str, check: str) -> ReceiptFacts:
    """Return what the receipt of this number says today. One statement.

    Raises:
        PublicNumberInvalid: the number cannot be one of ours.
        ReceiptUnknown: see the class.
    """
    number = check_public_number(number)
    given = check.strip().upper().replace(" ", "").replace("-", "")
    if not hmac.compare_digest(receipt_check(number).encode(), given.encode()):
        raise ReceiptUnknown
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT title, payees, total_fen, refunded_fen, captured_at FROM payments_receipt(%s, %s)",
            [number[:6], number],
        )
        row = cursor.fetchone()
    if row is None:
        raise ReceiptUnknown
    title, payees, total_fen, refunded_fen, captured_at = row
    return ReceiptFacts(number, title, tuple(payees), total_fen, refunded_fen, captured_at)
