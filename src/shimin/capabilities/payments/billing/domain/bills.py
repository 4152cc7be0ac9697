"""Bills as a biller tells them, and the reference under which one is paid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shimin.kernel.errors import NotFound

KIND = "bill"
_REF = re.compile(r"([a-z0-9-]{1,40})\.([0-9]{16})")


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill. ``month`` is "2026-10"; ``used`` counts whole ``unit``; ``payable_fen`` is 0 when it is paid.

    ``number`` is the biller's: account number and month.
    """

    number: str
    month: str
    used: int
    unit: str
    amount_fen: int
    late_fee_fen: int
    payable_fen: int
    due_date: date
    is_paid: bool
    receipt: str = ""

    @property
    def account_number(self) -> str:
        return self.number[:-6]

    @property
    def month_words(self) -> str:
        return f"{self.month[:4]}年{int(self.month[5:])}月"

    def is_overdue(self, today: date) -> bool:
        return not self.is_paid and self.due_date < today


@dataclass(frozen=True, slots=True)
class DayUse:
    """What was used on a day, in the bill's unit."""

    day: date
    used: float


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is, masked by the biller."""

    holder_masked: str
    address_masked: str


def ref_of(biller_code: str, bill_number: str) -> str:
    """Return the reference of a bill: the same for whoever pays it, so that two payers meet."""
    return f"{biller_code}.{bill_number}"


def read_ref(ref: str) -> tuple[str, str]:
    """Return biller code and bill number.

    Raises:
        NotFound: it is no reference of a bill.
    """
    match = _REF.fullmatch(ref)
    if match is None:
        raise NotFound
    return match[1], match[2]
