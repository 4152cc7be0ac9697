"""Billers over the signed protocol: accounts, bills and daily use are records, payments are acts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shimin.adapters.http_source.acts import HttpPaymentReporter
from shimin.adapters.http_source.directory import REGISTERS
from shimin.capabilities.enquiries.ports import RecordQuery, RecordSource
from shimin.capabilities.payments.billing.domain.billers import Biller
from shimin.capabilities.payments.billing.domain.bills import Bill, DayUse, Holder
from shimin.capabilities.payments.billing.domain.cards import Card, CardIssuer
from shimin.capabilities.payments.billing.ports import ReportAnswer
from shimin.kernel.calls.client import AnswerUnreadable
from shimin.kernel.clock import CHINA

_PURPOSE = "查询和缴纳用户绑定户号的账单"
_LAW = "《中华人民共和国个人信息保护法》第十三条（履行合同所必需）"
_BILL_FIELDS = (
    "bill_number", "month", "used", "unit", "amount_fen", "late_fee_fen", "payable_fen", "due_date", "status",
    "receipt",
)  # fmt: skip
_MOST_FEN = 10**10
_Keeper = Biller | CardIssuer


class HttpBillers:
    """See ``billing.ports.BillerSystem``."""

    def __init__(self, source: RecordSource, reporter: HttpPaymentReporter) -> None:
        self._source = source
        self._reporter = reporter

    def check_account(self, biller: Biller, number: str, holder_name: str) -> Holder | None:
        """Ask whose account it is."""
        params = {"user_number": number, "holder_name": holder_name}
        rows = self._ask(biller, "account-check", params, ("holder_masked", "address_masked"))
        if not rows:
            return None
        return Holder(_text(biller, rows[0], "holder_masked"), _text(biller, rows[0], "address_masked"))

    def list_bills(self, biller: Biller, number: str) -> tuple[Bill, ...]:
        """Ask for bills and check each: a bill of another account or an odd sum is no answer."""
        rows = self._ask(biller, "bills", {"user_number": number}, _BILL_FIELDS)
        return tuple(_read_bill(biller, number, row) for row in rows)

    def list_daily_use(self, biller: Biller, number: str) -> tuple[DayUse, ...]:
        """Ask what was used on each of the last days."""
        rows = self._ask(biller, "daily-use", {"user_number": number}, ("day", "used"))
        return tuple(_read_day(biller, row) for row in rows)

    def report_payment(
        self, biller: Biller, *, bill_number: str, line: str, fen: int, paid_at: datetime
    ) -> ReportAnswer:
        """Tell of a payment."""
        moment = paid_at.astimezone(CHINA).isoformat(timespec="seconds")
        return self._report(biller, "bill-payment", line, {"bill_number": bill_number, "fen": fen, "paid_at": moment})

    def report_reversal(self, biller: Biller, *, bill_number: str, line: str) -> ReportAnswer:
        """Tell that a payment was given back."""
        return self._report(biller, "bill-payment-reversal", line, {"bill_number": bill_number})

    def check_card(self, issuer: CardIssuer, number: str) -> Card | None:
        """Ask whether the issuer has the card."""
        rows = self._ask(
            issuer, f"{issuer.record}-check", _card_params(issuer, number), ("holder_masked", "balance_fen")
        )
        if not rows:
            return None
        return Card(_text(issuer, rows[0], "holder_masked"), _count(issuer, rows[0], "balance_fen"))

    def report_top_up(self, issuer: CardIssuer, number: str, *, line: str, fen: int) -> ReportAnswer:
        """Tell of a top-up."""
        return self._report(issuer, f"{issuer.record}-top-up", line, {**_card_params(issuer, number), "fen": fen})

    def report_top_up_reversal(self, issuer: CardIssuer, number: str, *, line: str) -> ReportAnswer:
        """Tell that a top-up was given back."""
        return self._report(issuer, f"{issuer.record}-top-up-reversal", line, _card_params(issuer, number))

    def _report(self, biller: _Keeper, act: str, line: str, params: Mapping[str, Any]) -> ReportAnswer:
        answer = self._reporter.perform(REGISTERS[biller.system], act, line=line, params=params)
        return ReportAnswer(answer.is_accepted, answer.receipt, answer.reason)

    def _ask(
        self, biller: _Keeper, record: str, params: Mapping[str, Any], fields: Sequence[str]
    ) -> Sequence[Mapping[str, Any]]:
        query = RecordQuery(
            record=record, request_id=secrets.token_hex(16), purpose=_PURPOSE, legal_basis=_LAW, consent_id=None,
            subject=None, params=params, fields=list(fields),
        )  # fmt: skip
        answer = self._source.fetch(REGISTERS[biller.system], query)
        return answer.records if answer.found else ()


def _card_params(issuer: CardIssuer, number: str) -> dict[str, str]:
    return {"school": issuer.code, "card": number} if issuer.names_issuer else {"card": number}


def _read_bill(biller: Biller, number: str, row: Mapping[str, Any]) -> Bill:
    bill_number, month = _text(biller, row, "bill_number"), _text(biller, row, "month")
    amount, late, payable = (_count(biller, row, name) for name in ("amount_fen", "late_fee_fen", "payable_fen"))
    status, receipt = row.get("status"), row.get("receipt")
    is_paid = status == "paid"
    if bill_number != number + month.replace("-", "") or status not in ("paid", "unpaid"):
        raise AnswerUnreadable(biller.system, "a bill of another account, or of no known state")
    if payable != (0 if is_paid else amount + late):
        raise AnswerUnreadable(biller.system, "the sum of a bill is not that of its parts")
    return Bill(
        bill_number, month, _count(biller, row, "used"), _text(biller, row, "unit"), amount, late, payable,
        _day(biller, row, "due_date"), is_paid, receipt if isinstance(receipt, str) else "",
    )  # fmt: skip


def _read_day(biller: Biller, row: Mapping[str, Any]) -> DayUse:
    used = row.get("used")
    if isinstance(used, bool) or not isinstance(used, int | float) or not 0 <= used < 10**6:
        raise AnswerUnreadable(biller.system, "used is no quantity")
    return DayUse(_day(biller, row, "day"), float(used))


def _text(biller: _Keeper, row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise AnswerUnreadable(biller.system, f"{name} is no text")
    return value


def _count(biller: _Keeper, row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    if type(value) is not int or not 0 <= value <= _MOST_FEN:
        raise AnswerUnreadable(biller.system, f"{name} is no count")
    return value


def _day(biller: Biller, row: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(row.get(name)))
    except ValueError:
        raise AnswerUnreadable(biller.system, f"{name} is no day") from None
