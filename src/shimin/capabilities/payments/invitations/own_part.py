"""Invitations' part of a person's data."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Rows,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.payments.invitations.models import Invitation
from shimin.capabilities.payments.invitations.queries.invitations import list_invitations
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope


def export_invitations(actor: Actor) -> Rows:
    """Return the actor's last invitations."""
    if actor.account_id is None:
        return []
    return [
        {
            "kind": "invitation", "id": each.invitation_id, "title": each.title, "amount_fen": each.total_fen,
            "created_at": each.created_at, "expires_at": each.expires_at, "withdrawn_at": each.withdrawn_at,
            "paid_at": each.paid_at,
        }
        for each in list_invitations(actor)
    ]  # fmt: skip


def erase_invitations(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete every invitation: its link ends with it. What was paid stays with whoever paid."""
    with scope(SYSTEM):
        return Invitation.objects.filter(account_id=account_id).delete()[0]


register_personal_data(
    PersonalData(
        key="invitations", title="请人代付的链接", tables=("invitations_invitation", "invitations_invited_order"),
        export=export_invitations, erase=erase_invitations, kept="",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="invitations", title="请别人代付",
        moves=(
            Moves("invitations_invitation", "个代付链接"),
            Moves("invitations_invited_order", clashes=(Clash(("order_id",)),)),
        ),
    )
)  # fmt: skip
