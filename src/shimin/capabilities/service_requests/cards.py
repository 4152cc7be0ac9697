"""The cards of the home pages: answers that wait for a rating, requests under way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from shimin.capabilities.service_requests.public import STATE_WORDS, RequestState, latest_open
from shimin.kernel.actor import Actor, ActorKind
from shimin.ui.cards import Card, register_cards


def request_cards(actor: Actor, now: datetime) -> Iterable[Card]:
    """Offer up to three cards: one for each request that is not closed."""
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        return
    for line in latest_open(actor):
        waits = line.state is RequestState.ANSWERED
        yield Card(
            title="诉求有了答复，请评价" if waits else f"诉求{STATE_WORDS[line.state]}", text=line.title,
            url=reverse("service_requests:follow", args=[line.number]), icon="message-square-text",
            tone="attention" if waits else "plain",
        )  # fmt: skip


register_cards(request_cards)
