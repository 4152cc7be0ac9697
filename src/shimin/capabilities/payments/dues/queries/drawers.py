"""Tellers' drawers of a day as the city's finance sees them: what the ledger says, and how each was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from shimin.capabilities.payments.dues.models import DrawerClose
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

_LEDGER = """
    SELECT account, count(*) FILTER (WHERE amount_fen > 0), coalesce(sum(amount_fen), 0)::bigint,
      min(posted_at), max(posted_at)
    FROM payments_ledger_entry
    WHERE city_code = %s AND business_date = %s AND account LIKE 'cash:%%'
    GROUP BY account
"""


@dataclass(frozen=True, slots=True)
class DrawerDay:
    """One drawer of a day. ``counted_fen`` is None while it is open; then ``now_fen`` is what should be in it.

    ``late_fen`` is what the ledger took in or gave out after the count: it is not in the drawer's close.
    """

    drawer: str
    payments: int
    now_fen: int
    first_at: datetime | None
    last_at: datetime | None
    expected_fen: int | None
    counted_fen: int | None
    words: str
    closed_at: datetime | None

    @property
    def teller_id(self) -> int | None:
        number = self.drawer.removeprefix("cash:t")
        return int(number) if number.isascii() and number.isdigit() else None

    @property
    def difference_fen(self) -> int:
        return 0 if self.counted_fen is None else self.counted_fen - (self.expected_fen or 0)

    @property
    def late_fen(self) -> int:
        return 0 if self.expected_fen is None else self.now_fen - self.expected_fen


def list_drawers(*, actor: Actor, city_code: str, day: date) -> list[DrawerDay]:
    """Return every drawer of a day that took cash or was counted, by its number. Two statements."""
    with scope(actor):
        with connection.cursor() as cursor:
            cursor.execute(_LEDGER, [city_code, day])
            sums = {account: row for account, *row in cursor.fetchall()}
        closes = {each.drawer: each for each in DrawerClose.objects.filter(city_code=city_code, day=day)}
    rows = []
    for drawer in sorted(set(sums) | set(closes)):
        payments, fen, first_at, last_at = sums.get(drawer, (0, 0, None, None))
        close = closes.get(drawer)
        rows.append(
            DrawerDay(
                drawer, payments, fen, first_at, last_at, close.expected_fen if close else None,
                close.counted_fen if close else None, close.words if close else "", close.closed_at if close else None,
            )
        )  # fmt: skip
    return rows
