"""A card as its issuer tells it now, for whoever knows its number and has the holder's leave."""

from __future__ import annotations

from dataclasses import dataclass

from shimin.capabilities.payments.billing.domain.cards import Card, CardIssuer, check_card, find_issuer
from shimin.capabilities.payments.billing.operations.topping_up import CardUnknown
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.kernel.db import require_no_transaction


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card with its issuer. ``number`` is whole: for the issuer, never for a page."""

    issuer: CardIssuer
    number: str
    card: Card

    @property
    def title(self) -> str:
        return f"{self.issuer.kind.title}（{self.issuer.name}，卡号尾号{self.number[-4:]}）"


def read_card(*, issuer_code: str, card: str) -> FoundCard:
    """Return a card. Not inside a transaction. The caller limits how often, and has asked for the holder's leave.

    Raises:
        NotFound: no such issuer. InvalidInput: the number cannot be one of its cards.
        CardUnknown: it has no such card. Unavailable: it does not answer.
    """
    require_no_transaction()
    issuer = find_issuer(issuer_code)
    number = check_card(issuer, card)
    found = biller_system().check_card(issuer, number)
    if found is None:
        raise CardUnknown(issuer)
    return FoundCard(issuer, number, found)
