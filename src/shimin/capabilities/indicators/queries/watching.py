"""Subscriptions of the actor, and alerts of a city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shimin.capabilities.indicators.domain.board import BoardFigure
from shimin.capabilities.indicators.models import BandAlert, Subscription
from shimin.capabilities.indicators.models.watching import RECIPIENT
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.errors import NotFound

_LATEST = 20


class Topic(StrEnum):
    """What letters are about: figures that leave their bands, the week's figures, or the weekly report."""

    ALERTS = "alerts"
    WEEKLY = "weekly"
    REPORT = "report"


TOPIC_WORDS = {
    Topic.ALERTS: "数超出范围和回到范围的时候",
    Topic.WEEKLY: "每周一，上一周的数",
    Topic.REPORT: "每周一，督查周报做好的时候",
}


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One subscription of the actor's."""

    subscription_id: int
    topic: Topic
    recipient: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class AlertView:
    """A figure outside its band, since when and until when."""

    figure: BoardFigure
    side: str
    value: float
    began_at: datetime
    ended_at: datetime | None


def list_subscriptions(*, actor: Actor, city_code: str) -> list[SubscriptionView]:
    """Return the actor's subscriptions for a city.

    Raises:
        NotFound: the actor is no supervisor there.
    """
    require_supervisor(actor, city_code)
    rows = Subscription.objects.filter(account_id=actor.account_id or 0, city_code=city_code).order_by("topic")
    return [
        SubscriptionView(
            subscription_id=int(row.id), topic=Topic(row.topic), is_confirmed=row.confirmed_at is not None,
            recipient=decrypt(bytes(row.recipient), context=RECIPIENT),
        )
        for row in rows
    ]  # fmt: skip


def list_alerts(*, actor: Actor, city_code: str) -> list[AlertView]:
    """Return the latest twenty alerts of a city.

    Raises:
        NotFound: the actor is no supervisor there.
    """
    require_supervisor(actor, city_code)
    rows = BandAlert.objects.filter(city_code=city_code).order_by("-began_at", "-id")[:_LATEST]
    return [AlertView(BoardFigure(row.figure), row.side, row.value, row.began_at, row.ended_at) for row in rows]


def require_supervisor(actor: Actor, city_code: str) -> None:
    """Raise NotFound unless a grant makes the actor supervisor of the city."""
    if actor.kind is not ActorKind.STAFF or not any(
        grant.role == SUPERVISOR and grant.region_code in (None, city_code) for grant in actor.grants
    ):
        raise NotFound


def export_subscriptions(actor: Actor) -> list[Mapping[str, Any]]:
    """Return all subscriptions of the actor, for their own data."""
    if actor.account_id is None or actor.kind is not ActorKind.STAFF:
        return []
    rows = Subscription.objects.filter(account_id=actor.account_id).order_by("id")
    return [
        {"kind": "subscription", "city_code": row.city_code, "topic": row.topic, "created_at": row.created_at}
        for row in rows
    ]
