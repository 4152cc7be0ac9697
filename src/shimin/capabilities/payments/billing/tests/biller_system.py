"""A biller's system in memory, with the faults that tests switch on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shimin.capabilities.payments.billing.domain.billers import Biller
from shimin.capabilities.payments.billing.domain.bills import Bill, DayUse, Holder
from shimin.capabilities.payments.billing.domain.cards import Card, CardIssuer
from shimin.capabilities.payments.billing.ports import ReportAnswer
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable

WATER, POWER = "1000000008", "2000000006"
HOLDER = "周晓敏"
CARD = "8000000045"
TRANSIT_CARD = "9000000043"


def bill(number: str, month: str = "2026-10", fen: int = 3_588, *, is_paid: bool = False, late: int = 0) -> Bill:
    """Return a bill as a biller tells it."""
    return Bill(
        number + month.replace("-", ""), month, 13, "吨", fen, late, 0 if is_paid else fen + late, date(2026, 11, 30),
        is_paid,
    )  # fmt: skip


@dataclass
class FakeBillers:
    """Keeps bills by account number; ``told`` are the lines it was told of."""

    bills: dict[str, list[Bill]] = field(
        default_factory=lambda: {WATER: [bill(WATER)], POWER: [bill(POWER, fen=9_912)]}
    )
    told: dict[str, str] = field(default_factory=dict)
    reversed: list[str] = field(default_factory=list)
    asked: int = 0
    is_down: bool = False
    loses_answers: bool = False
    refuses_top_ups: bool = False
    balance_fen: int = 1_000

    def check_account(self, biller: Biller, number: str, holder_name: str) -> Holder | None:
        self._up()
        return Holder("周*敏", "岳麓区****101室") if number in self.bills and holder_name == HOLDER else None

    def list_bills(self, biller: Biller, number: str) -> tuple[Bill, ...]:
        self._up()
        return tuple(self.bills.get(number, ()))

    def list_daily_use(self, biller: Biller, number: str) -> tuple[DayUse, ...]:
        self._up()
        return (DayUse(date(2026, 11, 18), 6.5), DayUse(date(2026, 11, 19), 7.1))

    def report_payment(
        self, biller: Biller, *, bill_number: str, line: str, fen: int, paid_at: datetime
    ) -> ReportAnswer:
        self._up()
        if line not in self.told:
            if bill_number in self.told.values():
                return ReportAnswer(False, reason="already_paid")
            self.told[line] = bill_number
            number = bill_number[:-6]
            self.bills[number] = [
                replace(each, is_paid=True, payable_fen=0) if each.number == bill_number else each
                for each in self.bills[number]
            ]
        if self.loses_answers:
            raise Unavailable
        return ReportAnswer(True, receipt=f"GY{line[-8:]}")

    def report_reversal(self, biller: Biller, *, bill_number: str, line: str) -> ReportAnswer:
        self._up()
        self.reversed.append(line)
        return ReportAnswer(True)

    def check_card(self, issuer: CardIssuer, number: str) -> Card | None:
        self._up()
        known = (issuer.code, number) in (("campus-primary", CARD), ("changsha-transit", TRANSIT_CARD))
        return Card("林*满", self.balance_fen) if known else None

    def report_top_up(self, issuer: CardIssuer, number: str, *, line: str, fen: int) -> ReportAnswer:
        self._up()
        if self.refuses_top_ups:
            return ReportAnswer(False, reason="wrong_amount")
        if line not in self.told:
            self.told[line] = number
            self.balance_fen += fen
        if self.loses_answers:
            raise Unavailable
        return ReportAnswer(True, receipt=f"XY{line[-8:]}")

    def report_top_up_reversal(self, issuer: CardIssuer, number: str, *, line: str) -> ReportAnswer:
        self._up()
        self.reversed.append(line)
        return ReportAnswer(True)

    def _up(self) -> None:
        require_no_transaction()
        self.asked += 1
        if self.is_down:
            raise Unavailable
