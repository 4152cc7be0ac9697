"""What waits for a person: each capability offers cards, the portal shows them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to know or do: "2 张罚单待缴", due by a moment (aware, or None)."""

    title: str
    text: str
    url: str
    icon: str
    tone: Literal["plain", "attention"] = "plain"
    due_at: datetime | None = None


Provider = Callable[[Actor, datetime], Iterable[Card]]

_LAST = datetime.max.replace(tzinfo=UTC)
_providers: list[Provider] = []


def register_cards(provider: Provider) -> None:
    """Add a provider, once: an app does this when it starts."""
    if provider not in _providers:
        _providers.append(provider)


def cards_for(actor: Actor, now: datetime) -> list[Card]:
    """Return the actor's cards: what is due first comes first, then what asks for attention."""
    cards = [card for provider in _providers for card in provider(actor, now)]
    return sorted(cards, key=lambda card: (card.due_at or _LAST, card.tone != "attention"))
