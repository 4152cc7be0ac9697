"""``python -m bench.reconciled fill|ours|raw COUNT OWNER_URL FILE``: a statement of COUNT lines against COUNT entries.

``fill`` writes the ledger's entries and the bill (as Alipay's zip), with faults in it. ``ours`` imports and compares it
as the worker, and prints seconds, peak memory and what was found; ``raw`` copies both sides into bare tables and joins
them.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from bench.reconciled_size import MISSING_EVERY, WRONG_EVERY  # noqa: E402
from shimin.sandbox.alipay.bills import write_bill  # noqa: E402

CITY, DAY = "430100", date(2026, 11, 20)
_FILL = """
    INSERT INTO payments_ledger_entry (id, city_code, transaction_id, entry_kind, account, currency, amount_fen,
        payee_code, item_code, order_id, document, business_date, posted_at)
    SELECT n, '430100', n, 'capture', 'gateway:alipay', 'CNY', 20000 + n %% 4999, '', '', n,
        'T' || lpad(n::text, 27, '0'), '2026-11-20',
        '2026-11-20 04:00:00Z'::timestamptz + make_interval(secs => n %% 36000)
    FROM generate_series(1, %s) n
"""


def fill(count: int, url: str, file: Path) -> None:
    """Write entries (their counterparts are not needed here, so the balance is not asked for) and the bill."""
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE payments_ledger_entry DISABLE TRIGGER payments_ledger_balanced")
        owner.execute(_FILL, [count])
        owner.execute("ALTER TABLE payments_ledger_entry ENABLE TRIGGER payments_ledger_balanced")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE payments_ledger_entry")
    rows = [
        {
            "trade_no": f"T{n:027d}", "out_trade_no": f"{CITY}{10**17 + n}01", "refund_no": "", "subject": "水费",
            "fen": _fen(n) + (n % WRONG_EVERY == 0), "at": str(_at(n)),
        }
        for n in range(1, count + 1) if n % MISSING_EVERY
    ]  # fmt: skip
    file.write_bytes(write_bill(rows, DAY.isoformat()))


def _fen(number: int) -> int:
    return 20_000 + number % 4_999


def _at(number: int) -> datetime:
    return datetime.combine(DAY, time(12)) + timedelta(seconds=number % 36_000)


def ours(url: str, file: Path) -> None:
    """Import and compare, once; then take the statement out again, so that the next round does the same."""
    from shimin.capabilities.payments.reconciliation.public import compare_day, import_statement
    from shimin.kernel import clock
    from shimin.kernel.actor import SYSTEM

    content = file.read_bytes()
    began = perf_counter()
    told = import_statement(
        actor=SYSTEM, city_code=CITY, gateway_code="alipay", day=DAY, content=content, now=clock.now()
    )
    imported = perf_counter() - began
    outcome = compare_day(actor=SYSTEM, city_code=CITY, gateway_code="alipay", day=DAY, now=clock.now())
    seconds = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DELETE FROM reconciliation_difference")
        owner.execute("TRUNCATE reconciliation_statement_line, reconciliation_statement")
    print(
        json.dumps(
            {"seconds": seconds, "imported": imported, "mib": peak, "lines": told.line_count, "found": outcome.found}
        )
    )


_PAIRS = (
    (
        "bench_line",
        "reconciliation_statement_line",
        "id, statement_id, city_code, line, document, is_refund, out_trade_no, amount_fen, happened_at",
    ),
    (
        "bench_entry",
        "payments_ledger_entry",
        "id, city_code, transaction_id, entry_kind, account, currency, amount_fen, payee_code, item_code, agency_id, "
        "order_id, line_id, document, business_date, posted_at",
    ),
)


def raw(count: int, url: str) -> None:
    """COPY the rows of both sides, whole as they stand in our tables, into tables without an index; one outer join."""
    lines = "".join(
        f"{n}\t1\t{CITY}\t{n}\tT{n:027d}\tf\t{CITY}{10**17 + n}01\t{_fen(n)}\t{_at(n)}+08\n"
        for n in range(1, count + 1)
    ).encode()
    at = f"{DAY}\t{DAY} 02:00:00Z"
    entries = "".join(
        f"{n}\t{CITY}\t{n}\tcapture\tgateway:alipay\tCNY\t{_fen(n)}\t\t\t\\N\t{n}\t\\N\tT{n:027d}\t{at}\n"
        for n in range(1, count + 1)
    ).encode()
    with psycopg.connect(url, autocommit=True) as owner:
        for table, like, _ in _PAIRS:
            owner.execute(f"DROP TABLE IF EXISTS {table}")
            owner.execute(f"CREATE TABLE {table} (LIKE {like})")
        began = perf_counter()
        for (table, _, columns), rows in zip(_PAIRS, (lines, entries), strict=True):
            with owner.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for start in range(0, len(rows), 1 << 20):
                    copy.write(rows[start : start + (1 << 20)])
        found = owner.execute(
            "SELECT count(*) FROM bench_line l FULL JOIN bench_entry e USING (document) "
            "WHERE l.amount_fen IS DISTINCT FROM e.amount_fen"
        ).fetchone()
        seconds = perf_counter() - began
        for table, *_ in _PAIRS:
            owner.execute(f"DROP TABLE {table}")
    print(json.dumps({"seconds": seconds, "found": found[0] if found else None}))


if __name__ == "__main__":
    what, number, address, name = sys.argv[1:5]
    if what == "fill":
        fill(int(number), address, Path(name))
    elif what == "ours":
        ours(address, Path(name))
    else:
        raw(int(number), address)
