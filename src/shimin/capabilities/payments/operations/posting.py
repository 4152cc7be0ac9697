"""Write ledger transactions. The database refuses one that does not sum to zero, when it commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.payments.domain.ledger import EntryKind
from shimin.capabilities.payments.models import LedgerEntry
from shimin.kernel.clock import local_date
from shimin.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Side:
    """One entry to be. Debit is positive, credit negative."""

    account: str
    amount_fen: int
    payee_code: str = ""
    item_code: str = ""
    agency_id: int | None = None


def post(
    *,
    city_code: str,
    kind: EntryKind,
    sides: Sequence[Side],
    now: datetime,
    order_id: int | None = None,
    line_id: int | None = None,
    document: str = "",
) -> int:
    """Write the sides as one transaction, in the caller's scope, and return the transaction's id.

    ``document`` names what it was written for (a trade number, a refund, a payout).
    """
    transaction_id = new_id()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            id=new_id(), city_code=city_code, transaction_id=transaction_id, entry_kind=str(kind), account=side.account,
            amount_fen=side.amount_fen, payee_code=side.payee_code, item_code=side.item_code, agency_id=side.agency_id,
            order_id=order_id, line_id=line_id, document=document, business_date=local_date(now), posted_at=now,
        )
        for side in sides
    )  # fmt: skip
    return transaction_id
