"""Human resources (人社): social insurance by month, worked out from spells of employment."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..archive import Row
from ..department import YEAR, Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry
from ..lives.careers import Spell
from ..lives.timeline import LAST_BOOKED_MONTH, month_text


class Insurance(NamedTuple):
    """An insurance: its code, and the shares of the base in thousandths. The rates are the demo city's."""

    code: str
    personal_permille: int
    employer_permille: int


INSURANCES = {
    "pension": Insurance("110", 80, 160),
    "medical": Insurance("310", 20, 80),
    "injury": Insurance("410", 0, 4),
    "unemployment": Insurance("210", 3, 7),
    "maternity": Insurance("510", 0, 7),
}


def share_fen(base_fen: int, permille: int) -> int:
    """Give a share of a base, rounded half up to the fen."""
    return (base_fen * permille + 500) // 1000


def _spells(dossier: Row) -> tuple[Spell, ...]:
    return tuple(Spell.from_row(row) for row in dossier["spells"])


def _months(spells: tuple[Spell, ...], first: int, last: int) -> Iterator[tuple[int, Spell]]:
    """Walk over the insured months between two months, both included."""
    for spell in spells:
        for month in range(max(spell.from_month, first), min(spell.last_month, last) + 1):
            yield month, spell


def _social_insurance(dossier: Row, enquiry: Enquiry) -> list[Row]:
    name: str = enquiry.params["insurance"]
    insurance = INSURANCES[name]
    january = enquiry.params["year"] * 12
    return [
        {
            "month": month_text(month),
            "insurance": name,
            "employer": spell.employer,
            "base_fen": (base_fen := spell.base_in(month // 12)),
            "personal_fen": share_fen(base_fen, insurance.personal_permille),
            "employer_fen": share_fen(base_fen, insurance.employer_permille),
            "status": "arrears" if month in spell.arrears else "paid",
        }
        for month, spell in _months(_spells(dossier), january, january + 11)
    ]


def _summary(dossier: Row, _: Enquiry) -> list[Row]:
    spells = _spells(dossier)
    if not spells:
        return []
    return [_summary_row(name, dossier, spells) for name in INSURANCES]


def _summary_row(name: str, dossier: Row, spells: tuple[Spell, ...]) -> dict[str, Any]:
    """Sum up one insurance. Pension and medical have personal accounts; the balance bears no interest here."""
    insurance = INSURANCES[name]
    paid = [(month, spell) for month, spell in _months(spells, 0, LAST_BOOKED_MONTH) if month not in spell.arrears]
    receiving = dossier["pension_from"] is not None
    balance: int | None = None
    if name in ("pension", "medical") and not receiving:
        balance = sum(share_fen(spell.base_in(month // 12), insurance.personal_permille) for month, spell in paid)
    if receiving:
        status = "receiving" if name in ("pension", "medical") else "ended"
    else:
        status = "paying" if spells[-1].to_month is None else "paused"
    return {
        "insurance": name,
        "insurance_code": insurance.code,
        "months_total": len(paid),
        "first_month": month_text(spells[0].from_month),
        "last_month": month_text(paid[-1][0]) if paid else None,
        "status": status,
        "personal_account_balance_fen": balance,
    }


def _social_card_check(dossier: Row, enquiry: Enquiry) -> list[Row]:
    return [{"matches": dossier["card_number"] == enquiry.params["card_number"].upper()}]


_INSURANCE_WORDS = tuple(INSURANCES)

DEPARTMENT = Department(
    "human-resources",
    "人社",
    3,
    (
        Record(
            "social-insurance",
            "社会保险缴费明细",
            (
                Field("month", "month", "费款所属月"),
                Field("insurance", "string", "险种", values=_INSURANCE_WORDS),
                Field("employer", "string", "缴费单位"),
                Field("base_fen", "integer", "缴费基数（分）"),
                Field("personal_fen", "integer", "个人缴费（分）"),
                Field("employer_fen", "integer", "单位缴费（分）"),
                Field("status", "string", "到账状态", values=("paid", "arrears")),
            ),
            person_reader(_social_insurance),
            (Param("insurance", " | ".join(_INSURANCE_WORDS), pattern="|".join(_INSURANCE_WORDS)), YEAR),
        ),
        Record(
            "social-insurance-summary",
            "社会保险参保概况",
            (
                Field("insurance", "string", "险种", values=_INSURANCE_WORDS),
                Field("insurance_code", "string", "险种代码"),
                Field("months_total", "integer", "累计缴费月数"),
                Field("first_month", "month", "首次参保月"),
                Field("last_month", "month", "最近缴费月", nullable=True),
                Field("status", "string", "参保状态", values=("paying", "paused", "receiving", "ended")),
                Field("personal_account_balance_fen", "integer", "个人账户余额（分）", nullable=True),
            ),
            person_reader(_summary),
        ),
        Record(
            "social-card-check",
            "社会保障卡号核验",
            (Field("matches", "boolean", "卡号一致"),),
            person_reader(_social_card_check),
            (Param("card_number", "社会保障卡号：一个字母和八位数字", pattern=r"[A-Za-z][0-9]{8}"),),
        ),
    ),
)
