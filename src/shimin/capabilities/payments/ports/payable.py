"""What keepers of debts implement: a bill, a fine, a payment notice, whatever another capability lets people pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed under one reference, as its keeper says now.

    ``title`` and ``details`` are shown to whoever may pay: no name, no full number of a person.
    ``payee_code`` names who gets the money in ledger and settlement ("agency:4301…", "biller:changsha-water");
    ``agency_id`` is None when the payee is no agency. ``closed_words`` says why it cannot be paid (Chinese), empty
    while it can. ``item_code`` is the revenue item (执收项目) or the biller's product.
    """

    kind: str
    ref: str
    title: str
    amount_fen: int
    city_code: str
    payee_code: str
    payee_name: str
    agency_id: int | None
    item_code: str
    closed_words: str = ""
    due_at: datetime | None = None
    details: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_words == ""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of an order whose money has come in; the keeper is told of it until it says yes."""

    order_id: int
    line_id: int
    order_number: str
    kind: str
    ref: str
    amount_fen: int
    captured_at: datetime
    payer_account_id: int | None


class SettlementRefused(Exception):
    """The keeper will not take the money (paid elsewhere, cancelled): the line is refunded by itself.

    The text is a reason code of the keeper's, without personal data.
    """


class Payable(Protocol):
    """One kind of debt. Methods may use sockets: they are never called in a transaction."""

    kind: str

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        """Return what is owed now.

        Raises:
            NotFound: there is no such debt, or the actor may not see it.
        """
        ...

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        """Tell the keeper that the line is paid (销账) and return its receipt reference. Idempotent per line_id.

        Raises:
            SettlementRefused: see the class.
            Unavailable: not known; asked again later with the same line_id.
        """
        ...

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        """Tell the keeper that the line was refunded (冲正): it is owed again, or void. Idempotent per line_id.

        Raises:
            Unavailable: not known; asked again later.
        """
        ...


_payables: dict[str, Payable] = {}


def register_payable(payable: Payable) -> None:
    """Add a kind of debt; an app does this when it starts. The same kind again takes the earlier one's place."""
    _payables[payable.kind] = payable


def payable(kind: str) -> Payable:
    """Return the keeper of a kind.

    Raises:
        KeyError: nobody keeps it.
    """
    return _payables[kind]
