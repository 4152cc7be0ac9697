"""Whether a debt is paid, or being paid, whoever pays it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.payments.handles import claim_hash
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope


@dataclass(frozen=True, slots=True)
class ClaimView:
    """``at``: paid at, or held until. ``own_order_id`` is there when the actor's own order has it."""

    is_paid: bool
    at: datetime
    own_order_id: int | None


def find_claim(*, actor: Actor, kind: str, ref: str, now: datetime) -> ClaimView | None:
    """Return what has become of a debt, None while it is free to be paid. One statement."""
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_paid, at, own_order_id FROM payments_claim_of(%s, %s, %s::bigint)",
            [claim_hash(kind, ref), now, actor.account_id],
        )
        row = cursor.fetchone()
    return ClaimView(*row) if row else None
