"""Writing every sealed value anew under the newest key, while the platform serves.

There is no list of what is done: a value's first byte names its key, so the truth is in the rows. A rotation that was
killed goes on by looking for what is left. A batch takes only rows that nobody holds and never waits for one, so it
cannot be part of a deadlock; what was held is met by the next pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, transaction

from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.sealed import SealedTable

BATCH = 2_000


@dataclass(slots=True)
class Pass:
    """What one pass over a table has done so far. ``unreadable`` are keys of rows that opened with no key here."""

    table: str
    values: int = 0
    unreadable: list[Any] = field(default_factory=list)


def count_left(table: SealedTable, key_id: int) -> int:
    """Return how many rows have a value that is under another key than ``key_id``."""
    with connection.cursor() as cursor:
        sql = f"SELECT count(*) FROM {table.name} WHERE {_is_left(table)}"  # noqa: S608 - names from the models
        cursor.execute(sql, [key_id] * len(table.columns))
        return int(cursor.fetchone()[0])


def reseal(table: SealedTable, key_id: int, *, batch: int = BATCH) -> Iterator[Pass]:
    """Write the table's values anew under ``key_id``, which must be the key that writes; yield after each batch.

    Each batch is a transaction of its own. Rows that somebody holds are left for another pass; a row with a value that
    does not open stays as it is and is told.
    """
    done, after = Pass(table.name), None
    while True:
        with transaction.atomic():
            rows = _take(table, key_id, after, batch)
            sealed = [row for row in (_resealed(table, row, done) for row in rows) if row is not None]
            _write(table, sealed)
        done.values += sum(map(_count_values, sealed))
        yield done
        if len(rows) < batch:
            return
        after = rows[-1][0]


def _take(table: SealedTable, key_id: int, after: Any, batch: int) -> list[tuple[Any, ...]]:
    """Return the next rows that are left and free, locked."""
    begin, values = ("", []) if after is None else (f"{table.key} > %s AND ", [after])
    columns = ", ".join(each.name for each in table.columns)
    sql = (
        f"SELECT {table.key}, {columns} FROM {table.name} WHERE {begin}{_is_left(table)}"  # noqa: S608
        f" ORDER BY {table.key} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
    )
    with _cursor() as cursor:
        return cursor.execute(sql, [*values, *[key_id] * len(table.columns), batch]).fetchall()


def _is_left(table: SealedTable) -> str:
    # An empty value is none ("no phone"); NULL compares to NULL, which is not true.
    parts = (f"octet_length({each.name}) > 0 AND get_byte({each.name}, 0) & 15 <> %s" for each in table.columns)
    return "(" + " OR ".join(f"({part})" for part in parts) + ")"


def _resealed(table: SealedTable, row: tuple[Any, ...], done: Pass) -> tuple[Any, ...] | None:
    """Return the row with new values; None when one of them does not open."""
    try:
        return (
            row[0],
            *(
                encrypt(decrypt(value, context=column.context), context=column.context) if value else value
                for column, value in zip(table.columns, row[1:], strict=True)
            ),
        )
    except DecryptionError:
        done.unreadable.append(row[0])
        return None


def _write(table: SealedTable, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = [column.name for column in table.columns]
    arrays = ", ".join([f"%b::{table.key_type}[]", *["%b::bytea[]"] * len(names)])
    sql = (
        f"UPDATE {table.name} AS t SET {', '.join(f'{name} = v.{name}' for name in names)}"  # noqa: S608
        f" FROM unnest({arrays}) AS v(key, {', '.join(names)}) WHERE t.{table.key} = v.key"
    )
    with _cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _count_values(row: tuple[Any, ...]) -> int:
    return sum(1 for value in row[1:] if value)


def _cursor() -> psycopg.Cursor[Any]:
    """Return a cursor that speaks binary both ways: in hex a value is twice as long."""
    connection.ensure_connection()
    cursor: psycopg.Cursor[Any] = connection.connection.cursor(binary=True)
    return cursor
