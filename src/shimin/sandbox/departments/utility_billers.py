"""Utility billers (公用事业收费单位): accounts, bills, power by day, and the acts by which payments are reported."""

from datetime import date, datetime, timedelta

from ..archive import Archive, Row
from ..books import Payment
from ..department import Department, Field, Param, Record, same_name
from ..enquiry import Enquiry
from ..lives.masking import mask_name
from ..lives.timeline import BEIJING
from ..lives.utilities import (
    UTILITIES,
    UTILITY_BY_DIGIT,
    account_number,
    daily_use,
    monthly_bills,
    serial_of,
)
from . import campus_cards, day_files, transit_cards
from .fines import ANSWER, LINE

LATE_PER_MILLE = 1
"""A day, of what is owed. Source: 供电营业规则 art. 98 (households); taken for all billers of the demo."""

_NUMBER = Param("user_number", "十位户号", pattern=r"[1-7][0-9]{9}")
_BILL = Param("bill_number", "十六位账单号", pattern=r"[1-7][0-9]{15}")


def _find_home(archive: Archive, number: str) -> tuple[str, Row] | None:
    """Give the holder's name and home of an account."""
    if account_number(UTILITY_BY_DIGIT[number[0]], serial_of(number)) != number:
        return None
    for serial, _, name, content in archive.list_dossiers(serial_of(number), 1):
        if serial == serial_of(number) and content["home"]:
            return name, content["home"]
    return None


def _check_account(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Say whose account it is, masked, to who knows number and holder; a wrong name is the same as no account."""
    found = _find_home(archive, enquiry.params["user_number"])
    if found is None or not same_name(found[0], enquiry.params["holder_name"]):
        return None
    address = found[1]["address"]
    return [{"holder_masked": mask_name(found[0]), "address_masked": address[:3] + "****" + address[-4:]}]


def _read_bills(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    number = enquiry.params["user_number"]
    if _find_home(archive, number) is None:
        return None
    return [_as_it_stands(archive, row, _today()) for row in _bills_of(number)]


def _read_days(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    number = enquiry.params["user_number"]
    if _find_home(archive, number) is None:
        return None
    return daily_use(serial_of(number)) if number[0] == "2" else []


def _bills_of(number: str) -> list[Row]:
    utility = UTILITY_BY_DIGIT[number[0]]
    return [
        {**row, "bill_number": number + row["month"].replace("-", ""), "unit": utility.unit}
        for row in monthly_bills(utility, serial_of(number))
    ]


def _as_it_stands(archive: Archive, row: Row, today: date) -> Row:
    payment = None if row["is_paid"] else archive.books.payment_of(row["bill_number"])
    is_paid = row["is_paid"] or payment is not None
    late = 0 if is_paid else _late_fee_fen(row, today)
    return {
        **row, "status": "paid" if is_paid else "unpaid", "late_fee_fen": late,
        "payable_fen": 0 if is_paid else row["amount_fen"] + late, "receipt": payment and payment.receipt,
    }  # fmt: skip


def _late_fee_fen(row: Row, today: date) -> int:
    days_late = max(0, (today - date.fromisoformat(row["due_date"])).days)
    fee: int = row["amount_fen"] * LATE_PER_MILLE * days_late // 1000
    return fee


def _pay(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, number = enquiry.params["line"], enquiry.params["bill_number"]
    known = archive.books.find_payment(line)
    if known is not None:
        return [_refused("reversed")] if known.is_reversed else [_accepted(known)]
    row = next((row for row in _bills_of(number[:10]) if row["bill_number"] == number), None)
    if row is None or _find_home(archive, number[:10]) is None:
        return [_refused("unknown_bill")]
    if _as_it_stands(archive, row, _today())["status"] == "paid":
        return [_refused("already_paid")]
    fen, paid_on = enquiry.params["fen"], datetime.fromisoformat(enquiry.params["paid_at"]).astimezone(BEIJING).date()
    # Who began to pay before midnight pays that day's amount.
    owed = [row["amount_fen"] + _late_fee_fen(row, day) for day in (paid_on, paid_on - timedelta(days=1))]
    if fen not in owed:
        return [_refused("wrong_amount")]
    payment = Payment(line, number, fen, f"GY{paid_on:%Y%m%d}{line[-8:]}", is_reversed=False)
    archive.books.write(payment)
    return [_accepted(payment)]


def _reverse(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, number = enquiry.params["line"], enquiry.params["bill_number"]
    # Written even when the payment never came: should it come late, it is refused.
    known = archive.books.find_payment(line) or Payment(line, number, 0, "", is_reversed=True)
    archive.books.write(Payment(line, known.debt, known.fen, known.receipt, is_reversed=True))
    return [_accepted(known)]


def _accepted(payment: Payment) -> Row:
    return {"outcome": "accepted", "reason": None, "receipt": payment.receipt}


def _refused(reason: str) -> Row:
    return {"outcome": "refused", "reason": reason, "receipt": None}


def _today() -> date:
    return datetime.now(BEIJING).date()


ACTS = (
    Record(
        "bill-payment",
        "账单缴款通知（销账）；同一流水号重复通知，答复相同",
        ANSWER,
        _pay,
        (
            LINE,
            _BILL,
            Param("fen", "缴款金额（分）", between=(1, 100_000_000)),
            Param("paid_at", "缴款时间", pattern=r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]{0,7}[+-]\d\d:\d\d"),
        ),
        about_person=False,
    ),
    Record(
        "bill-payment-reversal", "缴款冲正；重复通知，答复相同", ANSWER, _reverse, (LINE, _BILL), about_person=False
    ),
)
DEPARTMENT = Department(
    "utility-billers",
    "公用事业收费",
    9,
    (
        Record(
            "account-check",
            "户号与户名核对",
            (
                Field("holder_masked", "string", "户名（脱敏）"),
                Field("address_masked", "string", "用户地址（脱敏）"),
            ),
            _check_account,
            (_NUMBER, Param("holder_name", "户名")),
            about_person=False,
        ),
        Record(
            "bills",
            "账单",
            (
                Field("bill_number", "string", "账单号"),
                Field("month", "month", "账期"),
                Field("used", "integer", "用量"),
                Field("unit", "string", "用量单位", values=tuple(dict.fromkeys(each.unit for each in UTILITIES))),
                Field("amount_fen", "integer", "账单金额（分）"),
                Field("late_fee_fen", "integer", "违约金（分）"),
                Field("payable_fen", "integer", "现在应缴（分）"),
                Field("due_date", "date", "缴费期限"),
                Field("status", "string", "状态", values=("unpaid", "paid")),
                Field("receipt", "string", "网上缴款回执号", nullable=True),
            ),
            _read_bills,
            (_NUMBER,),
            about_person=False,
        ),
        Record(
            "daily-use",
            "每日用电",
            (Field("day", "date", "日期"), Field("used", "number", "用电量（度）")),
            _read_days,
            (_NUMBER,),
            about_person=False,
        ),
        *day_files.RECORDS,
        *campus_cards.RECORDS,
        *transit_cards.RECORDS,
    ),
    (*ACTS, *campus_cards.ACTS, *transit_cards.ACTS),
)
