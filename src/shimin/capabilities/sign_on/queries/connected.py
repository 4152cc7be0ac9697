"""What a person sees: systems they sign in to, and what those were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.sign_on.domain.claims import RULES, claim_words, purpose_code
from shimin.capabilities.sign_on.models import ConnectedSystem, HandOver
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired

_MOST = 100


@dataclass(frozen=True, slots=True)
class ConnectedView:
    """One system that the person signs in to. ``purpose_code`` is what a withdrawal names."""

    client_name: str
    agency_name: str
    told: tuple[str, ...]
    connected_at: datetime
    last_used_at: datetime
    purpose_code: str


@dataclass(frozen=True, slots=True)
class HandOverView:
    """What a system was told, in words, and how often under one sign-in."""

    client_name: str
    agency_name: str
    purpose: str
    told: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    times: int


def list_connected(actor: Actor) -> list[ConnectedView]:
    """Return the systems whose consent stands, the last used first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id = _citizen(actor)
    with scope(actor):
        rows = list(
            ConnectedSystem.objects.filter(account_id=account_id, ended_at=None).order_by("-last_used_at")[:_MOST]
        )
    return [
        ConnectedView(
            row.client_name, row.agency_name, tuple(RULES[name].words for name in row.scopes), row.connected_at,
            row.last_used_at, purpose_code(row.client_id),
        )
        for row in rows
    ]  # fmt: skip


def list_hand_overs(actor: Actor, *, limit: int = 20) -> list[HandOverView]:
    """Return what systems were told about the actor, newest first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id = _citizen(actor)
    with scope(actor):
        rows = list(HandOver.objects.filter(account_id=account_id).order_by("-id")[:limit])
    return [
        HandOverView(
            row.client_name, row.agency_name, row.purpose, tuple(claim_words(row.claims)), row.first_at, row.last_at,
            row.times,
        )
        for row in rows
    ]  # fmt: skip


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    return actor.account_id
