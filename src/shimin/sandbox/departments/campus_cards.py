"""Campus cards: whose card it is, what is on it, topping it up and taking that back."""

from ..archive import Archive, Row
from ..books import Payment
from ..department import Field, Param, Record
from ..enquiry import Enquiry
from ..lives.campus_cards import SCHOOLS, card_number, serial_of
from ..lives.masking import mask_name
from .fines import ANSWER, LINE

MOST_ON_CARD_FEN = 200_000
"""A card takes no more. The demo's own rule."""

_SCHOOL = Param("school", f"学校：{'、'.join(SCHOOLS)}", pattern="|".join(SCHOOLS))
_CARD = Param("card", "十位卡号或学号", pattern=r"8[0-9]{9}")


def _find_card(archive: Archive, enquiry: Enquiry) -> tuple[str, Row] | None:
    """Give holder's name and card, when the card is of the school."""
    number = enquiry.params["card"]
    if card_number(serial_of(number)) != number:
        return None
    for serial, _, name, content in archive.list_dossiers(serial_of(number), 1):
        card = content["card"]
        if serial == serial_of(number) and card and card["school"] == enquiry.params["school"]:
            return name, card
    return None


def _balance_fen(archive: Archive, card: Row) -> int:
    start: int = card["start_fen"]
    return start + archive.books.sum_of(f"{card['card_number']}/")


def _check(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    found = _find_card(archive, enquiry)
    if found is None:
        return None
    return [{"holder_masked": mask_name(found[0]), "balance_fen": _balance_fen(archive, found[1])}]


def _top_up(archive: Archive, enquiry: Enquiry) -> list[Row]:
    line, fen = enquiry.params["line"], enquiry.params["fen"]
    known = archive.books.find_payment(line)
    if known is not None:
        return [_refused("reversed")] if known.is_reversed else [_accepted(known)]
    found = _find_card(archive, enquiry)
    if found is None:
        return [_refused("unknown_card")]
    if fen % 100 or _balance_fen(archive, found[1]) + fen > MOST_ON_CARD_FEN:
        return [_refused("wrong_amount")]
    payment = Payment(line, f"{enquiry.params['card']}/{line}", fen, f"XY{line[-10:]}", is_reversed=False)
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
        "card-check",
        "校园卡核对",
        (Field("holder_masked", "string", "持卡人（脱敏）"), Field("balance_fen", "integer", "余额（分）")),
        _check,
        (_SCHOOL, _CARD),
        about_person=False,
    ),
)
ACTS = (
    Record(
        "card-top-up",
        "校园卡充值；同一流水号重复通知，答复相同",
        ANSWER,
        _top_up,
        (LINE, _SCHOOL, _CARD, Param("fen", "充值金额（分），整元", between=(100, 50_000))),
        about_person=False,
    ),
    Record(
        "card-top-up-reversal", "校园卡充值冲正；重复通知，答复相同", ANSWER, _reverse, (LINE, _SCHOOL, _CARD),
        about_person=False,
    ),
)  # fmt: skip
