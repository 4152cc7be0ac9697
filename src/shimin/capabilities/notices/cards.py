"""The card "N unread messages" on the home pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from shimin.capabilities.notices.public import count_unread
from shimin.kernel.actor import Actor, ActorKind
from shimin.ui.cards import Card, register_cards


def unread_card(actor: Actor, now: datetime) -> Iterable[Card]:
    """Offer one card while something is unread."""
    count = count_unread(actor) if actor.kind is ActorKind.CITIZEN else 0
    if count:
        number = "99+" if count > 99 else str(count)
        yield Card(title=f"{number} 条未读消息", text="打开消息箱查看", url=reverse("notices:inbox"), icon="bell")


register_cards(unread_card)
