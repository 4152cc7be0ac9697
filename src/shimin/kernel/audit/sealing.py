"""Sealing the audit: rows become batches per city and month, each batch bound to the one before by a keyed hash.

A row proves itself by its MAC; the seals prove that none is missing and none was slipped in. Both keys live outside the
database. Rows are chosen by "not sealed", never by time: one that commits late with an old time is sealed next time.
What nobody can notice: rows removed in the seconds before their seal, and the newest seals of a chain removed together
with their rows, unless a log kept elsewhere names them (each seal is logged with its hash).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.db import connection

from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id

BATCH = 5000
log = structlog.get_logger("shimin.audit")

# One chain at a time: the oldest unsealed row decides which. The lock keeps a second sealer out until commit.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('kernel.sealing'))"
_NEXT_CHAIN = """
    SELECT city_code, (date_trunc('month', at AT TIME ZONE 'UTC'))::date FROM kernel_audit
    WHERE seal_id IS NULL ORDER BY city_code, at LIMIT 1
"""
_UNSEALED = """
    SELECT id, mac FROM kernel_audit
    WHERE seal_id IS NULL AND city_code = %s AND at >= %s AND at < %s ORDER BY id LIMIT %s
"""
_LAST_SEAL = (
    "SELECT number, hash FROM kernel_audit_seal WHERE city_code = %s AND month = %s ORDER BY number DESC LIMIT 1"
)
_INSERT = """
    INSERT INTO kernel_audit_seal (id, city_code, month, number, sealed_at, row_count, row_ids, digest, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_MARK = "UPDATE kernel_audit SET seal_id = %s WHERE id = ANY(%s) AND at >= %s AND at < %s"


@dataclass(frozen=True, slots=True)
class Chain:
    """The seals of one city and month (of the rows' own time, in UTC)."""

    city_code: str
    month: date

    @property
    def period(self) -> tuple[datetime, datetime]:
        """The month as ``[start, end)``."""
        start = datetime(self.month.year, self.month.month, 1, tzinfo=UTC)
        following = (self.month.year + self.month.month // 12, self.month.month % 12 + 1)
        return start, datetime(*following, 1, tzinfo=UTC)


def seal_batch(now: datetime, *, limit: int = BATCH) -> int:
    """Seal up to ``limit`` rows of one chain and return how many (0: nothing waits, or another process seals)."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_NEXT_CHAIN)
        row = cursor.fetchone()
        if row is None:
            return 0
        chain = Chain(*row)
        cursor.execute(_UNSEALED, [chain.city_code, *chain.period, limit])
        rows = [(row_id, bytes(mac)) for row_id, mac in cursor.fetchall()]
        _seal(cursor, chain, rows, now)
    return len(rows)


def digest_of(macs: Iterable[bytes]) -> bytes:
    """Return the digest of a batch: the rows' MACs in the order of their ids."""
    total = hashlib.sha256()
    for mac in macs:
        total.update(mac)
    return total.digest()


def hash_of(
    previous: bytes, chain: Chain, seal_id: int, number: int, sealed_at: datetime, row_ids: Sequence[int], digest: bytes
) -> bytes:
    """Return a seal's keyed hash over all its columns and the hash of the seal before (b"" for the first)."""
    parts: list[Any] = [
        previous.hex(), chain.city_code, chain.month.isoformat(), seal_id, number,
        sealed_at.astimezone(UTC).isoformat(timespec="microseconds"), list(row_ids), digest.hex(),
    ]  # fmt: skip
    return hmac.digest(settings.SHIMIN.audit_key, orjson.dumps(parts), hashlib.sha256)


def _seal(cursor: Any, chain: Chain, rows: list[tuple[int, bytes]], now: datetime) -> None:
    cursor.execute(_LAST_SEAL, [chain.city_code, chain.month])
    last_number, last_hash = cursor.fetchone() or (0, b"")
    seal_id, number = new_id(), last_number + 1
    row_ids = [row_id for row_id, _ in rows]
    digest = digest_of(mac for _, mac in rows)
    sealed_hash = hash_of(bytes(last_hash), chain, seal_id, number, now, row_ids, digest)
    cursor.execute(
        _INSERT, [seal_id, chain.city_code, chain.month, number, now, len(rows), row_ids, digest, sealed_hash]
    )
    cursor.execute(_MARK, [seal_id, row_ids, *chain.period])
    log.info(
        "audit.sealed",
        city=chain.city_code,
        month=chain.month.isoformat(),
        number=number,
        rows=len(rows),
        hash=sealed_hash.hex(),
    )
