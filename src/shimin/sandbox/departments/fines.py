"""Fines at the traffic police: what is to be paid today, and the acts by which a collector reports payments.

Late fees: three per cent of the fine for each day after the due date, at most the fine itself.
Source: 行政处罚法 art. 72.
"""

from datetime import date, datetime, timedelta

from ..archive import Archive, Row
from ..books import Payment
from ..department import Field, Param, Record
from ..enquiry import Enquiry
from ..lives.timeline import BEIJING

LATE_PER_CENT = 3
ANSWER = (
    Field("outcome", "string", "结果", values=("accepted", "refused")),
    Field("reason", "string", "不受理的原因", nullable=True),
    Field("receipt", "string", "销账回执号", nullable=True),
)
LINE = Param("line", "收款方的缴款流水号", pattern=r"[0-9A-Za-z-]{1,40}")


def with_payments(archive: Archive, violations: list[Row], today: date) -> list[Row]:
    """Give violations as they stand today: those that were paid since, and what is to be paid of the others."""
    return [_as_it_stands(archive, row, today) for row in violations]


def payable_fen(row: Row, today: date) -> int:
    """Give fine and late fee in fen; 0 for a violation that cannot be paid."""
    if row["status"] != "handled_unpaid":
        return 0
    days_late = max(0, (today - date.fromisoformat(row["due_date"])).days)
    fine: int = row["fine_fen"]
    return fine + min(fine, fine * LATE_PER_CENT * days_late // 100)


def _as_it_stands(archive: Archive, row: Row, today: date) -> Row:
    if row["status"] == "handled_unpaid" and archive.books.payment_of(row["violation_id"]) is not None:
        row = {**row, "status": "paid", "due_date": None}
    return {**row, "payable_fen": payable_fen(row, today)}


def _pay(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, debt = enquiry.params["line"], enquiry.params["violation_id"]
    known = archive.books.find_payment(line)
    if known is not None:
        return [_refused("reversed")] if known.is_reversed else [_accepted(known)]
    row = _find_violation(archive, debt)
    if row is None:
        return [_refused("unknown_violation")]
    if row["status"] == "paid" or archive.books.payment_of(debt) is not None:
        return [_refused("already_paid")]
    if row["status"] != "handled_unpaid":
        return [_refused("not_decided")]
    fen, paid_on = enquiry.params["fen"], datetime.fromisoformat(enquiry.params["paid_at"]).astimezone(BEIJING).date()
    # Who began to pay before midnight pays that day's amount.
    if fen not in (payable_fen(row, paid_on), payable_fen(row, paid_on - timedelta(days=1))):
        return [_refused("wrong_amount")]
    payment = Payment(line, debt, fen, f"JF{paid_on:%Y%m%d}{line[-8:]}", is_reversed=False)
    archive.books.write(payment)
    return [_accepted(payment)]


def _reverse(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, debt = enquiry.params["line"], enquiry.params["violation_id"]
    known = archive.books.find_payment(line)
    # Written even when the payment never came: should it come late, it is refused.
    payment = known or Payment(line, debt, 0, "", is_reversed=True)
    archive.books.write(Payment(line, payment.debt, payment.fen, payment.receipt, is_reversed=True))
    return [_accepted(payment)]


def _find_violation(archive: Archive, violation_id: str) -> Row | None:
    """Find a violation by its number, which holds the serial of its person."""
    found = archive.list_dossiers(int(violation_id[12:20]), 1)
    rows: list[Row] = found[0][3]["violations"] if found else []
    return next((row for row in rows if row["violation_id"] == violation_id), None)


def _accepted(payment: Payment) -> Row:
    return {"outcome": "accepted", "reason": None, "receipt": payment.receipt}


def _refused(reason: str) -> Row:
    return {"outcome": "refused", "reason": reason, "receipt": None}


_VIOLATION = Param("violation_id", "违法记录编号", pattern=r"[0-9]{22}")
ACTS = (
    Record(
        "fine-payment",
        "罚款缴款通知（销账）；同一流水号重复通知，答复相同",
        ANSWER,
        _pay,
        (
            LINE,
            _VIOLATION,
            Param("fen", "缴款金额（分）", between=(1, 100_000_000)),
            Param("paid_at", "缴款时间", pattern=r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]{0,7}[+-]\d\d:\d\d"),
        ),
        about_person=False,
    ),
    Record(
        "fine-payment-reversal",
        "缴款冲正；重复通知，答复相同",
        ANSWER,
        _reverse,
        (LINE, _VIOLATION),
        about_person=False,
    ),
)
