"""Billing's part of a person's data: the accounts they bound."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Rows,
    Settle,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.payments.billing.models import BoundAccount, Reminder
from shimin.capabilities.payments.billing.queries.bound import list_bound
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope


def export_bound(actor: Actor) -> Rows:
    """Return the actor's bound accounts, with their whole numbers. What they were told of is a keyed hash: no data."""
    if actor.account_id is None:
        return []
    return [
        {
            "kind": "bound_account", "id": bound.bound_id, "biller": bound.biller.name, "number": bound.number,
            "home": bound.home, "holder": bound.holder_masked, "address": bound.address_masked,
            "bound_at": bound.bound_at, "reminds": bound.reminds,
        }
        for bound in list_bound(actor)
    ]  # fmt: skip


def erase_bound(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete every bound account, and what was told of."""
    with scope(SYSTEM):
        told = Reminder.objects.filter(account_id=account_id).delete()[0]
        return told + BoundAccount.objects.filter(account_id=account_id).delete()[0]


register_personal_data(
    PersonalData(
        key="billing", title="绑定的水电气等户号", tables=("billing_bound_account", "billing_reminder"),
        export=export_bound, erase=erase_bound, kept="",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="billing", title="绑定的水电气等户号",
        moves=(
            Moves(
                "billing_bound_account", "个绑定的户号",
                clashes=(
                    Clash(
                        ("biller_code", "number_hash"), settle=Settle.CHOOSE, title="两边都绑定了同一个户号",
                        label="own.home || '（尾号' || own.number_tail || '）'",
                    ),
                ),
            ),
            Moves("billing_reminder", clashes=(Clash(("bill_hash", "about")),)),
        ),
    )
)  # fmt: skip
