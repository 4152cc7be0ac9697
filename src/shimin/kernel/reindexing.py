"""Writing blind indexes anew under the newest index key, while the platform serves.

A blind index is a hash and has no header, so each row says in a column which key it is under; that column is the truth
about what is left. Look-ups ask under every key, so a row is found before and after it is moved. What cannot be
reckoned again from what we hold (a staff name is kept as a hash only) moves when its owner signs in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from shimin.kernel.crypto import DecryptionError, index_under

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class IndexedTable:
    """A table of handles: columns ``hash`` and ``key_id``. ``source`` is SQL that takes (key_id, limit) and returns
    (hash, value) of rows under other keys that can be reckoned again, locked and free; ``read`` opens the value."""

    name: str
    context: str
    source: str
    read: Callable[[Any], str]


@dataclass(slots=True)
class Moved:
    """What has been moved so far, and rows whose value opens with no key here."""

    table: str
    rows: int = 0
    unreadable: int = 0


_tables: dict[str, IndexedTable] = {}


def register_indexed(table: IndexedTable) -> None:
    """Add a table of handles, once, when its app starts."""
    _tables[table.name] = table


def indexed_tables() -> list[IndexedTable]:
    """Return all tables of handles, in the order of names."""
    return [_tables[name] for name in sorted(_tables)]


def count_under_others(table: IndexedTable, key_id: int) -> int:
    """Return how many rows are under another key, those that only their owner can move too."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table.name} WHERE key_id <> %s", [key_id])  # noqa: S608 - ours
        return int(cursor.fetchone()[0])


def count_under(table: IndexedTable, key_id: int) -> int:
    """Return how many rows are under this key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table.name} WHERE key_id = %s", [key_id])  # noqa: S608 - ours
        return int(cursor.fetchone()[0])


def reindex(table: IndexedTable, key_id: int, *, batch: int = BATCH) -> Iterator[Moved]:
    """Move the table's rows to ``key_id``, which must be the key that writes; yield after each batch.

    Each batch is a transaction of its own; killed, it goes on with what the rows say is left. Held rows are left for
    another run.
    """
    done, blocked = Moved(table.name), 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(table.source, [key_id, batch + blocked])
            rows = cursor.fetchall()
            pairs = [pair for pair in (_moved(table, key_id, *row) for row in rows) if pair is not None]
            if pairs:
                cursor.execute(
                    f"UPDATE {table.name} AS t SET hash = v.new, key_id = %s"  # noqa: S608 - ours
                    " FROM unnest(%s::bytea[], %s::bytea[]) AS v(old, new) WHERE t.hash = v.old",
                    [key_id, [old for old, _ in pairs], [new for _, new in pairs]],
                )
        done.rows += len(pairs)
        done.unreadable = blocked = len(rows) - len(pairs)
        yield done
        if not pairs:
            return


def _moved(table: IndexedTable, key_id: int, old: bytes, value: Any) -> tuple[bytes, bytes] | None:
    try:
        return bytes(old), index_under(key_id, table.read(value), context=table.context)
    except DecryptionError:
        return None
