"""A gateway's own books: trades, refunds and agreements, in a file of its own. Amounts are integer fen."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS trade (
  out_trade_no TEXT PRIMARY KEY, trade_no TEXT NOT NULL, subject TEXT NOT NULL, fen INTEGER NOT NULL,
  status TEXT NOT NULL, expires TEXT NOT NULL, notify_url TEXT NOT NULL, return_url TEXT NOT NULL, paid TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refund (
  out_trade_no TEXT NOT NULL, refund_no TEXT NOT NULL, fen INTEGER NOT NULL, made TEXT NOT NULL,
  PRIMARY KEY (out_trade_no, refund_no)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agreement (
  external_no TEXT PRIMARY KEY, agreement_no TEXT NOT NULL UNIQUE, scene TEXT NOT NULL, most_fen INTEGER NOT NULL,
  status TEXT NOT NULL, signed TEXT, notify_url TEXT NOT NULL, return_url TEXT NOT NULL
) WITHOUT ROWID;
"""


class Books:
    """The books; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(_TABLES)

    def find(self, out_trade_no: str) -> Row | None:
        """Give a trade."""
        return self._one("SELECT * FROM trade WHERE out_trade_no = ?", out_trade_no)

    def open(self, trade: Row) -> Row:
        """Note a trade, or give the one that is there."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO trade VALUES (:out_trade_no, :trade_no, :subject, :fen, 'WAIT_BUYER_PAY', :expires, "
                ":notify_url, :return_url, NULL) ON CONFLICT DO NOTHING",
                trade,
            )
        found = self.find(trade["out_trade_no"])
        assert found is not None
        return found

    def move(self, out_trade_no: str, status: str, paid: str | None = None) -> bool:
        """Move an unpaid trade on; False when it was past that."""
        with self._lock:
            cursor = self._connection.execute(
                "UPDATE trade SET status = ?, paid = ? WHERE out_trade_no = ? AND status = 'WAIT_BUYER_PAY'",
                (status, paid, out_trade_no),
            )
            return cursor.rowcount == 1

    def refund(self, trade: Row, refund_no: str, fen: int, made: str) -> str:
        """Give money back: "done", "repeated", or "too_much"."""
        with self._lock:
            given = self._connection.execute(
                "SELECT refund_no, fen FROM refund WHERE out_trade_no = ?", (trade["out_trade_no"],)
            ).fetchall()
            if any(row["refund_no"] == refund_no for row in given):
                return "repeated"
            if sum(row["fen"] for row in given) + fen > trade["fen"]:
                return "too_much"
            self._connection.execute(
                "INSERT INTO refund VALUES (?, ?, ?, ?)", (trade["out_trade_no"], refund_no, fen, made)
            )
            return "done"

    def find_refund(self, out_trade_no: str, refund_no: str) -> Row | None:
        """Give a refund."""
        return self._one("SELECT * FROM refund WHERE out_trade_no = ? AND refund_no = ?", out_trade_no, refund_no)

    def find_refund_by_number(self, refund_no: str) -> Row | None:
        """Give a refund whose trade is not named."""
        return self._one("SELECT * FROM refund WHERE refund_no = ?", refund_no)

    def offer_agreement(self, agreement: Row) -> Row:
        """Note an agreement that waits for its signature, or give the one that is there."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO agreement VALUES (:external_no, :agreement_no, :scene, :most_fen, 'TEMP', NULL, "
                ":notify_url, :return_url) ON CONFLICT DO NOTHING",
                agreement,
            )
        found = self.find_agreement(agreement["external_no"])
        assert found is not None
        return found

    def find_agreement(self, number: str) -> Row | None:
        """Give an agreement by the merchant's number or our own."""
        return self._one("SELECT * FROM agreement WHERE external_no = ?1 OR agreement_no = ?1", number)

    def move_agreement(self, external_no: str, before: str, status: str, at: str) -> bool:
        """Move an agreement on; False when it was not as said."""
        with self._lock:
            cursor = self._connection.execute(
                "UPDATE agreement SET status = ?, signed = coalesce(signed, ?) WHERE external_no = ? AND status = ?",
                (status, at, external_no, before),
            )
            return cursor.rowcount == 1

    def day(self, day: str) -> list[Row]:
        """Give the day's movements: trades paid, and refunds (negative)."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT trade_no, out_trade_no, '' AS refund_no, fen, paid AS at, subject FROM trade "
                "WHERE substr(paid, 1, 10) = ?1 "
                "UNION ALL SELECT t.trade_no, r.out_trade_no, r.refund_no, -r.fen, r.made, t.subject FROM refund r "
                "JOIN trade t USING (out_trade_no) WHERE substr(r.made, 1, 10) = ?1 ORDER BY 5, 1",
                (day,),
            ).fetchall()
        return [dict(row) for row in rows]

    def _one(self, statement: str, *values: str) -> Row | None:
        with self._lock:
            row = self._connection.execute(statement, values).fetchone()
        return dict(row) if row else None


def yuan(fen: int) -> str:
    """Write fen as yuan."""
    return f"{fen // 100}.{fen % 100:02d}"
