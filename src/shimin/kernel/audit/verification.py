"""Proving the audit: every sealed row is there and unchanged, and none is there that the platform did not write."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from shimin.kernel.audit import mac_of
from shimin.kernel.audit.sealing import Chain, digest_of, hash_of

_CHAINS = """
    SELECT DISTINCT city_code, month FROM kernel_audit_seal WHERE %s::date IS NULL OR month = %s
    UNION SELECT DISTINCT city_code, date_trunc('month', at AT TIME ZONE 'UTC')::date FROM kernel_audit
          WHERE %s::date IS NULL OR date_trunc('month', at AT TIME ZONE 'UTC') = %s
    ORDER BY 2, 1
"""
_SEALS = """
    SELECT id, number, sealed_at, row_count, row_ids, digest, hash FROM kernel_audit_seal
    WHERE city_code = %s AND month = %s ORDER BY number
"""
_COLUMNS = "id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac, seal_id"
_SEALED_ROWS = f"SELECT {_COLUMNS} FROM kernel_audit WHERE id = ANY(%s) ORDER BY id"  # noqa: S608 - constants
_LOOSE_ROWS = f"""
    SELECT {_COLUMNS} FROM kernel_audit
    WHERE city_code = %s AND at >= %s AND at < %s AND (seal_id IS NULL OR NOT seal_id = ANY(%s)) ORDER BY id
"""  # noqa: S608
_CLAIMED = f"SELECT {_COLUMNS} FROM kernel_audit WHERE seal_id = %s AND NOT id = ANY(%s) ORDER BY id"  # noqa: S608


class FaultKind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    SEAL_CHANGED = "seal_changed"
    SEAL_MISSING = "seal_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written; ``id`` is the row's or the seal's number."""

    kind: FaultKind
    city_code: str
    month: date
    id: int

    def __str__(self) -> str:
        thing = "seal number" if self.kind.value.startswith("seal") else "row"
        return f"{self.kind.value}: {thing} {self.id} of {self.city_code}, {self.month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class _Seal:
    id: int
    number: int
    sealed_at: datetime
    row_count: int
    row_ids: list[int]
    digest: bytes
    hash: bytes


def verify(month: date | None = None) -> Iterator[Fault]:
    """Yield every fault, of one month (its first day) or of all. Nothing yielded: all is as it was written."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAINS, [month, month, month, month])
        chains = [Chain(*row) for row in cursor.fetchall()]
    for chain in chains:
        yield from _verify_chain(chain)


def _verify_chain(chain: Chain) -> Iterator[Fault]:
    seals = [_Seal(*row) for row in _rows(_SEALS, [chain.city_code, chain.month])]
    previous, expected = b"", 1
    for seal in seals:
        for number in range(expected, seal.number):
            yield Fault(FaultKind.SEAL_MISSING, chain.city_code, chain.month, number)
        yield from _verify_seal(chain, seal, previous if seal.number == expected else None)
        previous, expected = bytes(seal.hash), seal.number + 1
    for row in _rows(_LOOSE_ROWS, [chain.city_code, *chain.period, [seal.id for seal in seals]]):
        if not _is_genuine(row):
            yield Fault(FaultKind.INSERTED, chain.city_code, chain.month, row[0])


def _verify_seal(chain: Chain, seal: _Seal, previous: bytes | None) -> Iterator[Fault]:
    """``previous`` None: the seal before is missing, which was said already; the hash cannot be computed then."""
    digest = bytes(seal.digest)
    if previous is not None:
        expected = hash_of(previous, chain, seal.id, seal.number, seal.sealed_at, seal.row_ids, digest)
        if not hmac.compare_digest(expected, bytes(seal.hash)) or seal.row_count != len(seal.row_ids):
            yield Fault(FaultKind.SEAL_CHANGED, chain.city_code, chain.month, seal.number)
    rows = list(_rows(_SEALED_ROWS, [seal.row_ids]))
    present = {row[0] for row in rows}
    changed = [row[0] for row in rows if not _is_genuine(row) or row[-1] != seal.id]
    if len(present) == len(seal.row_ids) and not changed and digest_of(bytes(row[-2]) for row in rows) != digest:
        yield Fault(FaultKind.SEAL_CHANGED, chain.city_code, chain.month, seal.number)
    yield from (Fault(FaultKind.CHANGED, chain.city_code, chain.month, row_id) for row_id in changed)
    missing = [row_id for row_id in seal.row_ids if row_id not in present]
    yield from (Fault(FaultKind.MISSING, chain.city_code, chain.month, row_id) for row_id in missing)
    for row in _rows(_CLAIMED, [seal.id, seal.row_ids]):
        yield Fault(FaultKind.INSERTED, chain.city_code, chain.month, row[0])


def _is_genuine(row: tuple[Any, ...]) -> bool:
    """Tell whether the row's MAC fits its columns."""
    return hmac.compare_digest(mac_of(list(row[:-2])), bytes(row[-2]))


def _rows(statement: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()
