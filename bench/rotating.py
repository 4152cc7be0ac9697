"""``python -m bench.rotating FIELDS``: lay out encrypted fields, rotate their key, and write them anew by plain SQL.

Three tables of one shape, with two fields a row. One is the platform's own (``identity_person``), filled here and
emptied afterwards; another is updated from a third that has the bytes ready: the rate that PostgreSQL alone allows.
Rotation is ``./shimin keys rotate`` itself, killed three times.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

from shimin.capabilities.identity import handles  # noqa: E402
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.crypto import decrypt, encrypt  # noqa: E402
from shimin.kernel.crypto.ring import field_ring  # noqa: E402
from shimin.kernel.ids import new_id  # noqa: E402

KILLS = 3
_COLUMNS = "id, name, id_number, verified_at"
_ROTATE = [sys.executable, "-m", "shimin.project.manage", "keys", "rotate", "--ahead", "1"]


def main(fields: int) -> None:
    """Measure in this database, which must be the bench's own, and print one JSON object."""
    rows = fields // 2
    first = new_id()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_person")
        before = cursor.fetchone()[0] * 2
    _fill("identity_person", first, rows)
    raw = _raw(first, rows)
    seconds, written, kills = _rotate(rows)
    wrong = _count_wrong(first, rows)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_person WHERE id >= %s AND id < %s", [first, first + rows])
        cursor.execute("DROP TABLE bench_ready, bench_raw")
    print(json.dumps({
        "per_second": written / seconds, "raw_per_second": raw, "written": written, "expected": fields + before,
        "kills": kills, "wrong": wrong,
    }))  # fmt: skip


def _fill(table: str, first: int, rows: int) -> None:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy:
        for row in _rows(first, rows):
            copy.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def _rows(first: int, rows: int) -> Iterator[tuple[Any, ...]]:
    now = clock.now()
    for at in range(rows):
        yield (
            first + at, encrypt(f"市民{at}", context=handles.PERSON_NAME),
            encrypt(f"{at:018d}", context=handles.ID_NUMBER), now,
        )  # fmt: skip


def _raw(first: int, rows: int) -> float:
    """Return fields a second of UPDATEs in batches as large as rotation's, the bytes being in a table already."""
    batch = 2_000
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_ready (LIKE identity_person INCLUDING ALL)")
        cursor.execute("CREATE TABLE bench_raw (LIKE identity_person INCLUDING ALL)")
    _fill("bench_ready", first, rows)
    _fill("bench_raw", first, rows)
    began = time.perf_counter()
    for start in range(first, first + rows, batch):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE bench_raw t SET name = r.name, id_number = r.id_number FROM bench_ready r"
                " WHERE t.id = r.id AND r.id >= %s AND r.id < %s",
                [start, min(start + batch, first + rows)],
            )
    return 2 * rows / (time.perf_counter() - began)


def _rotate(rows: int) -> tuple[float, int, int]:
    """Return the seconds of work (waits for the key's time left out), values written, and kills that hit it working."""
    seconds, kills = 0.0, 0
    for kill_at in [int(2 * rows * share) for share in (0.1, 0.2, 0.3)]:
        seconds += _run(kill_at)
        kills += 1
    seconds += _run(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) * 2 FROM identity_person WHERE get_byte(name, 0) & 15 = 1")
        return seconds, int(cursor.fetchone()[0]), kills


def _run(kill_at: int | None) -> float:
    """Run the command, kill it once it tells of ``kill_at`` values; return the time since it began to write."""
    child = subprocess.Popen(_ROTATE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    began: float | None = None
    for line in child.stdout:
        if line.startswith("identity_person: "):
            began = began or time.perf_counter()
            if kill_at is not None and int(line.split()[1]) >= kill_at:
                os.kill(child.pid, signal.SIGKILL)
                break
    ended = time.perf_counter()
    child.communicate()
    if (kill_at is None) != (child.returncode == 0) or began is None:
        sys.exit("the rotation was not killed while it worked, or did not finish")
    return ended - began


def _count_wrong(first: int, rows: int) -> int:
    """Return how many values do not open to what they were."""
    field_ring().keys(look=True)
    wrong = 0
    with connection.connection.transaction(), connection.connection.cursor("all", binary=True) as cursor:
        cursor.execute(
            "SELECT id, name, id_number FROM identity_person WHERE id >= %s AND id < %s", [first, first + rows]
        )
        for row_id, name, number in cursor:
            at = row_id - first
            wrong += decrypt(name, context=handles.PERSON_NAME) != f"市民{at}"
            wrong += decrypt(number, context=handles.ID_NUMBER) != f"{at:018d}"
    return wrong


if __name__ == "__main__":
    main(int(sys.argv[1]))
