"""Cards that can be topped up: kinds and issuers as data, what a top-up may be, the reference under which one is paid.

A top-up is a debt one makes oneself: the reference holds issuer, card, sum and a word of chance, so that the same form
sent twice is one debt, and the next top-up of the card another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.payments.billing.domain.billers import check_number
from shimin.kernel.errors import InvalidInput, NotFound

KIND = "top_up"
LEAST_YUAN, MOST_YUAN = 1, 500
USUAL_YUAN = (50, 100, 200)
"""Source: mission M20: whole yuan 1–500, 100 is the usual sum."""

_FILE = Path(__file__).resolve().parents[1] / "data" / "cards.yaml"
_REF = re.compile(r"([a-z-]{1,30})\.([0-9]{6,20})\.([1-9][0-9]{0,2})\.([A-Za-z0-9_-]{16,40})")


@dataclass(frozen=True, slots=True)
class CardKind:
    """A kind of card, in words for its pages. ``unknown`` and ``mend`` say that there is no such card."""

    code: str
    title: str
    top_up: str
    issuer: str
    number: str
    help: str
    intro: str
    unknown: str
    mend: str


@dataclass(frozen=True, slots=True)
class CardIssuer:
    """Who gives out cards: a school, a transit company. ``system`` keeps them, and is asked by ``record`` names.

    ``names_issuer``: that system keeps the cards of several issuers and wants to know whose.
    """

    code: str
    kind: CardKind
    city_code: str
    name: str
    number: str
    luhn: bool
    system: str
    record: str
    names_issuer: bool = False

    @property
    def payee_code(self) -> str:
        """Who gets the money, as ledger and settlement know it."""
        return f"{self.kind.code}:{self.code}"

    @property
    def item_code(self) -> str:
        """What the money is for, as the ledger knows it."""
        return f"{self.kind.code}_card"


@dataclass(frozen=True, slots=True)
class Card:
    """A card as its issuer tells it."""

    holder_masked: str
    balance_fen: int


@dataclass(frozen=True, slots=True)
class TopUp:
    """What a reference says."""

    issuer: CardIssuer
    card_number: str
    fen: int

    @property
    def title(self) -> str:
        return f"{self.issuer.kind.top_up}（{self.issuer.name}，卡号尾号{self.card_number[-4:]}）"


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return document


@cache
def card_kinds() -> Mapping[str, CardKind]:
    """Return the kinds of cards by code, in the order of the file."""
    return {row["code"]: CardKind(**row) for row in _document()["kinds"]}


@cache
def card_issuers(kind: str = "") -> tuple[CardIssuer, ...]:
    """Return the issuers of a kind, or all, in the order of the file."""
    rows = [{**row, "kind": card_kinds()[row["kind"]], "city_code": row["city"]} for row in _document()["issuers"]]
    issuers = [CardIssuer(**{name: row[name] for name in row if name != "city"}) for row in rows]
    return tuple(issuer for issuer in issuers if not kind or issuer.kind.code == kind)


def find_issuer(code: str) -> CardIssuer:
    """Return an issuer.

    Raises:
        NotFound: there is none of that code.
    """
    for issuer in card_issuers():
        if issuer.code == code:
            return issuer
    raise NotFound


def check_card(issuer: CardIssuer, card: str) -> str:
    """Return a card number without spaces and hyphens.

    Raises:
        InvalidInput: it cannot be one of the issuer's.
    """
    words = f"{issuer.kind.number}不对：请对照卡再填一次。"
    return check_number(card, issuer.number, luhn=issuer.luhn, words=words, field="card")


def make_ref(issuer_code: str, card: str, yuan: int, chance: str) -> str:
    """Return the reference of a top-up.

    Raises:
        NotFound: no such issuer.
        InvalidInput: card number or sum cannot be right.
    """
    issuer = find_issuer(issuer_code)
    number = check_card(issuer, card)
    if not LEAST_YUAN <= yuan <= MOST_YUAN:
        raise InvalidInput(fields={"yuan": f"请填整元，{LEAST_YUAN} 到 {MOST_YUAN} 元。"})
    return f"{issuer.code}.{number}.{yuan}.{chance}"


def read_ref(ref: str) -> TopUp:
    """Return what a reference says.

    Raises:
        NotFound: it is none, or one that ``make_ref`` would not make.
    """
    match = _REF.fullmatch(ref)
    if match is None:
        raise NotFound
    issuer_code, number, yuan, chance = match.groups()
    try:
        if make_ref(issuer_code, number, int(yuan), chance) != ref:
            raise NotFound
    except InvalidInput:
        raise NotFound from None
    return TopUp(find_issuer(issuer_code), number, int(yuan) * 100)
