"""Transit cards (公交卡): whose card it is, what is on its account, topping it up and taking that back."""

from ..archive import Archive, Row
from ..books import Payment
from ..department import Field, Param, Record
from ..enquiry import Enquiry
from ..lives.masking import mask_name
from ..lives.transit_cards import card_number, serial_of, start_fen
from .fines import ANSWER, LINE

MOST_ON_CARD_FEN = 100_000
"""Source: 单用途商业预付卡管理办法（试行）art. 18: no more than 1,000 yuan on a card without a name."""

_CARD = Param("card", "十位卡号", pattern=r"9[0-9]{9}")


def _find_holder(archive: Archive, number: str) -> str | None:
    """Give the holder's name."""
    serial = serial_of(number)
    if card_number(serial) != number:
        return None
    for found, _, name, content in archive.list_dossiers(serial, 1):
        if found == serial and content["home"]:
            return name
    return None


def _balance_fen(archive: Archive, number: str) -> int:
    return start_fen(serial_of(number)) + archive.books.sum_of(f"{number}/")


def _check(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    number = enquiry.params["card"]
    holder = _find_holder(archive, number)
    if holder is None:
        return None
    return [{"holder_masked": mask_name(holder), "balance_fen": _balance_fen(archive, number)}]


def _top_up(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, fen, number = enquiry.params["line"], enquiry.params["fen"], enquiry.params["card"]
    known = archive.books.find_payment(line)
    if known is not None:
        return [_refused("reversed")] if known.is_reversed else [_accepted(known)]
    if _find_holder(archive, number) is None:
        return [_refused("unknown_card")]
    if fen % 100 or _balance_fen(archive, number) + fen > MOST_ON_CARD_FEN:
        return [_refused("wrong_amount")]
    payment = Payment(line, f"{number}/{line}", fen, f"JT{line[-10:]}", is_reversed=False)
    archive.books.write(payment)
    return [_accepted(payment)]


def _reverse(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line = enquiry.params["line"]
    # Written even when the top-up never came: should it come late, it is refused.
    known = archive.books.find_payment(line) or Payment(line, f"none/{line}", 0, "", is_reversed=True)
    archive.books.write(Payment(line, known.debt, known.fen, known.receipt, is_reversed=True))
    return [_accepted(known)]


def _accepted(payment: Payment) -> Row:
    return {"outcome": "accepted", "reason": None, "receipt": payment.receipt}


def _refused(reason: str) -> Row:
    return {"outcome": "refused", "reason": reason, "receipt": None}


RECORDS = (
    Record(
        "transit-card-check",
        "公交卡核对",
        (Field("holder_masked", "string", "持卡人（脱敏）"), Field("balance_fen", "integer", "余额（分）")),
        _check,
        (_CARD,),
        about_person=False,
    ),
)
ACTS = (
    Record(
        "transit-card-top-up",
        "公交卡充值；同一流水号重复通知，答复相同",
        ANSWER,
        _top_up,
        (LINE, _CARD, Param("fen", "充值金额（分），整元", between=(100, 50_000))),
        about_person=False,
    ),
    Record(
        "transit-card-top-up-reversal", "公交卡充值冲正；重复通知，答复相同", ANSWER, _reverse, (LINE, _CARD),
        about_person=False,
    ),
)  # fmt: skip
