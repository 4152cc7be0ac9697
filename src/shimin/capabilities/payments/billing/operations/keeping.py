"""Bills as debts: who has bound the account may pay; the biller says what is owed, and is told when it is paid."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import structlog

from shimin.capabilities.payments.billing.domain.billers import Biller, find_biller
from shimin.capabilities.payments.billing.domain.bills import KIND, Bill, read_ref
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.capabilities.payments.billing.queries.bound import find_bound
from shimin.capabilities.payments.public import Owed, PaidLine, SettlementRefused
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import NotFound

log = structlog.get_logger("shimin.billing")


class BillPayable:
    """See ``payments.ports.Payable``. ``ref`` is "biller.billnumber", the same for whoever pays."""

    kind = KIND

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        """Ask the biller about a bill of an account that the actor has bound."""
        biller_code, number = read_ref(ref)
        bound = find_bound(actor=actor, biller_code=biller_code, number=number[:-6])
        for bill in biller_system().list_bills(bound.biller, bound.number):
            if bill.number == number:
                return _owed(bound.biller, ref, bill)
        raise NotFound

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        """See ``Payable.settle``."""
        biller_code, number = read_ref(line.ref)
        answer = biller_system().report_payment(
            find_biller(biller_code), bill_number=number, line=str(line.line_id), fen=line.amount_fen,
            paid_at=line.captured_at,
        )  # fmt: skip
        if not answer.is_accepted:
            raise SettlementRefused(answer.reason)
        return answer.receipt

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        """See ``Payable.revert``."""
        biller_code, number = read_ref(line.ref)
        answer = biller_system().report_reversal(find_biller(biller_code), bill_number=number, line=str(line.line_id))
        if not answer.is_accepted:  # it keeps what we gave back: people have to talk, and it stays in the log
            log.error("billing.reversal_refused", line_id=line.line_id, reason=answer.reason)


def _owed(biller: Biller, ref: str, bill: Bill) -> Owed:
    due_at = datetime.combine(bill.due_date + timedelta(days=1), time.min, CHINA)
    late = "，含违约金" if bill.late_fee_fen else ""
    return Owed(
        kind=KIND, ref=ref, title=f"{biller.title} {bill.month_words}（户号尾号{bill.account_number[-4:]}{late}）",
        amount_fen=bill.payable_fen, city_code=biller.city_code, payee_code=biller.payee_code,
        payee_name=biller.name, agency_id=None, item_code=biller.kind, due_at=due_at,
        closed_words="这张账单已经缴清，不会再收。" if bill.is_paid else "",
    )  # fmt: skip
