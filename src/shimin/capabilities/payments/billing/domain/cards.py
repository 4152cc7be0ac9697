"""Campus cards: schools as data, what a top-up may be, and the reference under which one is paid.

A top-up is a debt one makes oneself: the reference holds school, card, sum and a word of chance, so that the same form
sent twice is one debt, and the next top-up of the card another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from shimin.capabilities.payments.billing.domain.billers import check_number
from shimin.kernel.errors import InvalidInput, NotFound

KIND = "top_up"
LEAST_YUAN, MOST_YUAN = 1, 500
USUAL_YUAN = (50, 100, 200)
"""Source: mission M20: whole yuan 1–500, 100 is the usual sum."""

_FILE = Path(__file__).resolve().parents[1] / "data" / "schools.yaml"
_REF = re.compile(r"([a-z-]{1,30})\.([0-9]{6,20})\.([1-9][0-9]{0,2})\.([A-Za-z0-9_-]{16,40})")


@dataclass(frozen=True, slots=True)
class School:
    """A school that gives out cards; ``system`` keeps them."""

    code: str
    city_code: str
    name: str
    number: str
    luhn: bool
    system: str

    @property
    def payee_code(self) -> str:
        return f"campus:{self.code}"


@dataclass(frozen=True, slots=True)
class Card:
    """A card as its school tells it."""

    holder_masked: str
    balance_fen: int


@dataclass(frozen=True, slots=True)
class TopUp:
    """What a reference says."""

    school: School
    card_number: str
    fen: int

    @property
    def title(self) -> str:
        return f"校园卡充值（{self.school.name}，卡号尾号{self.card_number[-4:]}）"


@cache
def schools() -> tuple[School, ...]:
    """Return all schools in the order of the file."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))
    return tuple(School(city_code=row.pop("city"), **row) for row in rows)


def find_school(code: str) -> School:
    """Return a school.

    Raises:
        NotFound: there is none of that code.
    """
    for school in schools():
        if school.code == code:
            return school
    raise NotFound


def check_card(school: School, card: str) -> str:
    """Return a card number without spaces and hyphens.

    Raises:
        InvalidInput: it cannot be one of the school's.
    """
    return check_number(
        card, school.number, luhn=school.luhn, words="卡号不对：请对照卡面或学号再填一次。", field="card"
    )


def make_ref(school_code: str, card: str, yuan: int, chance: str) -> str:
    """Return the reference of a top-up.

    Raises:
        NotFound: no such school.
        InvalidInput: card number or sum cannot be right.
    """
    school = find_school(school_code)
    number = check_card(school, card)
    if not LEAST_YUAN <= yuan <= MOST_YUAN:
        raise InvalidInput(fields={"yuan": f"请填整元，{LEAST_YUAN} 到 {MOST_YUAN} 元。"})
    return f"{school.code}.{number}.{yuan}.{chance}"


def read_ref(ref: str) -> TopUp:
    """Return what a reference says.

    Raises:
        NotFound: it is none, or one that ``make_ref`` would not make.
    """
    match = _REF.fullmatch(ref)
    if match is None:
        raise NotFound
    school_code, number, yuan, chance = match.groups()
    try:
        if make_ref(school_code, number, int(yuan), chance) != ref:
            raise NotFound
    except InvalidInput:
        raise NotFound from None
    return TopUp(find_school(school_code), number, int(yuan) * 100)
