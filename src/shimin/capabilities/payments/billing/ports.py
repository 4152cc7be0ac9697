"""What a biller's system must offer; ``adapters.http_source`` implements it over signed HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shimin.capabilities.payments.billing.domain.billers import Biller
from shimin.capabilities.payments.billing.domain.bills import Bill, DayUse, Holder
from shimin.capabilities.payments.billing.domain.cards import Card, CardIssuer


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A biller's proved answer to a payment it was told of: ``receipt`` when accepted, else ``reason``."""

    is_accepted: bool
    receipt: str = ""
    reason: str = ""


class BillerSystem(Protocol):
    """Asks billers, with no transaction open; every method raises ``kernel.errors.Unavailable`` when nobody answers."""

    def check_account(self, biller: Biller, number: str, holder_name: str) -> Holder | None:
        """Return whose account it is; None when number and holder do not belong together."""
        ...

    def list_bills(self, biller: Biller, number: str) -> tuple[Bill, ...]:
        """Return the bills of the last months, newest first."""
        ...

    def list_daily_use(self, biller: Biller, number: str) -> tuple[DayUse, ...]:
        """Return what was used on each of the last days, oldest first."""
        ...

    def report_payment(
        self, biller: Biller, *, bill_number: str, line: str, fen: int, paid_at: datetime
    ) -> ReportAnswer:
        """Tell of a payment (销账). Idempotent per line."""
        ...

    def report_reversal(self, biller: Biller, *, bill_number: str, line: str) -> ReportAnswer:
        """Tell that a payment was given back (冲正). Idempotent per line."""
        ...

    def check_card(self, issuer: CardIssuer, number: str) -> Card | None:
        """Return a card; None when the issuer has no such card."""
        ...

    def report_top_up(self, issuer: CardIssuer, number: str, *, line: str, fen: int) -> ReportAnswer:
        """Tell of a top-up. Idempotent per line."""
        ...

    def report_top_up_reversal(self, issuer: CardIssuer, number: str, *, line: str) -> ReportAnswer:
        """Tell that a top-up was given back. Idempotent per line."""
        ...


_system: BillerSystem | None = None


def set_biller_system(system: BillerSystem | None) -> None:
    """Choose the adapter; the project does this once, tests for the time of a test."""
    global _system
    _system = system


def biller_system() -> BillerSystem:
    """Return the chosen adapter.

    Raises:
        LookupError: none was chosen.
    """
    if _system is None:
        raise LookupError("no biller system is connected: see adapters.http_source.connect")
    return _system
