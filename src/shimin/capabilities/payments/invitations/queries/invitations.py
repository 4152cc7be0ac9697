"""Invitations as their inviter sees them, and as whoever has the link does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
from django.db import connection

from shimin.capabilities.payments.invitations.handles import invitation_secret, secret_hash
from shimin.capabilities.payments.invitations.models import LINES, Invitation
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired

_BY_LINK = """
    SELECT account_id, city_code, lines_sealed, title, payee_name, total_fen, created_at, expires_at,
        withdrawn_at, paid_at
    FROM invitations_by_link(%s, %s)
"""


class InvitationState(StrEnum):
    """How an invitation stands."""

    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation without its debts. ``total_fen`` is what was owed when it was made."""

    invitation_id: int
    city_code: str
    title: str
    payee_name: str
    total_fen: int
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    paid_at: datetime | None

    @property
    def link(self) -> str:
        """The secret of its address, for its inviter."""
        return invitation_secret(self.invitation_id)

    def state_at(self, now: datetime) -> InvitationState:
        if self.paid_at is not None:
            return InvitationState.PAID
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        return InvitationState.OPEN if now < self.expires_at else InvitationState.EXPIRED


@dataclass(frozen=True, slots=True)
class OpenedInvitation:
    """An invitation opened by its link, with what only the operations use: the inviter and the debts."""

    view: InvitationView
    account_id: int
    lines: tuple[tuple[str, str], ...]


def open_by_link(*, actor: Actor, invitation_id: int, link: str) -> OpenedInvitation:
    """Return the invitation of a link. One statement.

    Raises:
        NotFound: there is none of this number and secret.
    """
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_BY_LINK, [invitation_id, secret_hash(link)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    account_id, city_code, sealed, *rest = row
    lines = tuple((kind, ref) for kind, ref in orjson.loads(decrypt(bytes(sealed), context=LINES)))
    return OpenedInvitation(InvitationView(invitation_id, city_code, *rest), account_id, lines)


def list_invitations(actor: Actor) -> tuple[InvitationView, ...]:
    """Return the actor's last hundred invitations, newest first. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    with scope(actor):
        rows = list(Invitation.objects.filter(account_id=actor.account_id).order_by("-id")[:100])
    return tuple(invitation_view(row) for row in rows)


def get_invitation_for(*, actor: Actor, invitation_id: int) -> InvitationView:
    """Return one of the actor's invitations.

    Raises:
        NotFound: it is not there, or another's.
    """
    with scope(actor):
        row = Invitation.objects.filter(id=invitation_id, account_id=actor.account_id or 0).first()
    if row is None:
        raise NotFound
    return invitation_view(row)


def invitation_view(row: Invitation) -> InvitationView:
    """Return a row as pages see it."""
    return InvitationView(
        row.id, row.city_code, row.title, row.payee_name, row.total_fen, row.created_at, row.expires_at,
        row.withdrawn_at, row.paid_at,
    )  # fmt: skip
