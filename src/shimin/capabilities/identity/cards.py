"""The card that invites a person to prove their name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.ui.cards import Card, register_cards


def real_name_card(actor: Actor, now: datetime) -> Iterable[Card]:
    """Offer the way to the next level while the person's name is not proved; asks the database nothing."""
    if actor.kind is ActorKind.CITIZEN and actor.level < AssuranceLevel.REAL_NAME and actor.person_id is None:
        yield Card(
            title="核实身份",
            text="一分钟，就能查罚单、社保、公积金",
            url=reverse("identity:real_name"),
            icon="badge-check",
            tone="attention",
        )


register_cards(real_name_card)
