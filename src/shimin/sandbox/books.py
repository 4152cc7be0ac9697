"""What a department writes down itself: the payments it was told of.

A file of its own beside the archives, so that it outlives a new start and a changed generator. It is made at the first
entry; most departments never make one.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS payment (
    line TEXT PRIMARY KEY, debt TEXT NOT NULL, fen INTEGER NOT NULL, receipt TEXT NOT NULL, is_reversed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS payment_of_debt ON payment (debt) WHERE is_reversed = 0;
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment that was reported, under the platform's number of it (line)."""

    line: str
    debt: str
    fen: int
    receipt: str
    is_reversed: bool


class Books:
    """Payments of one department; a department has one process, so nobody else writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._connection is not None:
            self._connection.close()

    def find_payment(self, line: str) -> Payment | None:
        """Find what was reported under a number."""
        return self._find("line = ?", line)

    def payment_of(self, debt: str) -> Payment | None:
        """Find the payment that stands for a debt."""
        return self._find("debt = ? AND is_reversed = 0", debt)

    def sum_of(self, prefix: str) -> int:
        """Add up what stands for debts that begin with a prefix of plain letters and digits, in fen."""
        connection = self._open(make=False)
        if connection is None:
            return 0
        total = connection.execute(
            "SELECT coalesce(sum(fen), 0) FROM payment WHERE substr(debt, 1, ?) = ? AND is_reversed = 0",
            (len(prefix), prefix),
        ).fetchone()
        return int(total[0])

    def list_of(self, prefix: str, receipt_prefix: str) -> list[Payment]:
        """List what was reported of debts and receipts that begin so, by the platform's number."""
        connection = self._open(make=False)
        if connection is None:
            return []
        rows = connection.execute(
            "SELECT * FROM payment WHERE substr(debt, 1, ?) = ? AND substr(receipt, 1, ?) = ? ORDER BY line",
            (len(prefix), prefix, len(receipt_prefix), receipt_prefix),
        )
        return [Payment(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]

    def write(self, payment: Payment) -> None:
        """Write a payment, or write it anew under the same number; durable when this returns."""
        connection = self._open(make=True)
        assert connection is not None
        with connection:
            connection.execute(
                "INSERT OR REPLACE INTO payment VALUES (?, ?, ?, ?, ?)",
                (payment.line, payment.debt, payment.fen, payment.receipt, payment.is_reversed),
            )

    def _find(self, where: str, value: str) -> Payment | None:
        connection = self._open(make=False)
        if connection is None:
            return None
        row = connection.execute(f"SELECT * FROM payment WHERE {where}", (value,)).fetchone()  # noqa: S608 - constants
        return row and Payment(row[0], row[1], row[2], row[3], bool(row[4]))

    def _open(self, *, make: bool) -> sqlite3.Connection | None:
        if self._connection is None and (make or self._path.exists()):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._path, check_same_thread=False)
            self._connection.executescript(_TABLES)
        return self._connection
