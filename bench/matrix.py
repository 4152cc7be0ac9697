"""A matrix of accounts and its events, invented: skewed like the real one, in the order of time with some late ones."""

from __future__ import annotations

from pathlib import Path

import duckdb

from shimin.launch.faults import Fault

ACCOUNTS = 108_115  # agencies in the published matrix
_READERS = 40_000_000
_SPAM_EVERY = 200
_BYTES_AN_EVENT = 24
# Shares of the kinds: our guess, for want of published ones; reads and reader interactions are most.
_KINDS = """
    CASE WHEN u < .30 THEN 'read' WHEN u < .34 THEN 'original_post' WHEN u < .37 THEN 'forwarding_post'
         WHEN u < .42 THEN 'active_comment' WHEN u < .44 THEN 'message_by_hand'
         WHEN u < .46 THEN 'person_reached_by_hand'
         WHEN u < .50 THEN 'keyword_hit' WHEN u < .70 THEN 'forward' WHEN u < .82 THEN 'comment' ELSE 'like' END
"""
_EVENTS = """
    COPY (
        SELECT ({accounts} * pow(a, 3))::bigint AS account_id, {kinds} AS kind,
            ({readers} * r * r)::bigint AS reader_id,
            TIMESTAMP '2014-12-30' + to_microseconds(
                (i / {number} * 184.0 * 86400e6)::bigint + CASE WHEN d < .02 THEN (d * 86400e8)::bigint ELSE 0 END
            ) AS happened_at,
            CASE WHEN u < .30 THEN 1 + (r * 500)::bigint ELSE 1 END AS amount
        FROM (SELECT i, {chance}
              FROM range({number}) t(i))
    ) TO '{path}' (FORMAT parquet)
"""
_ACCOUNTS = """
    COPY (
        SELECT i AS account_id,
            CASE WHEN i % 50 = 0 THEN NULL ELSE
                (SELECT list(code ORDER BY code) FROM codes)[1 + (hash(i) % {codes})::bigint] END
                AS region_code,
            CASE WHEN i % 1000 = 0 THEN 'central' WHEN i % 10 = 0 THEN 'province' WHEN i % 3 = 0 THEN 'city'
                 ELSE 'county' END AS level
        FROM range({accounts} + 1) t(i)
    ) TO '{path}' (FORMAT parquet)
"""


def write_matrix(folder: Path, number: int, codes: list[str]) -> None:
    """Write events.parquet, accounts.parquet and spam.parquet; the same ones for the same number."""
    folder.mkdir(parents=True, exist_ok=True)
    free = _free_bytes(folder)
    if free < number * _BYTES_AN_EVENT * 2:
        raise Fault(f"{free / 2**30:.1f} GiB are free in {folder}", "make room, or run with --quick.")
    chance = ", ".join(f"(hash(i * 5 + {at}) % 1000000007) / 1000000007.0 AS {name}" for at, name in enumerate("aurd"))
    with duckdb.connect(config={"memory_limit": "1200MB"}) as database:
        database.execute("CREATE TABLE codes AS SELECT unnest(?::varchar[]) AS code", [codes])
        database.execute(
            _EVENTS.format(
                accounts=ACCOUNTS, kinds=_KINDS, readers=_READERS, number=number, chance=chance,
                path=folder / "events.parquet",
            )
        )  # fmt: skip
        database.execute(_ACCOUNTS.format(accounts=ACCOUNTS, codes=len(codes), path=folder / "accounts.parquet"))
        database.execute(
            f"COPY (SELECT i * {_SPAM_EVERY} AS reader_id FROM range({_READERS // _SPAM_EVERY}) t(i)) "
            f"TO '{folder / 'spam.parquet'}' (FORMAT parquet)"
        )


def _free_bytes(folder: Path) -> int:
    from shutil import disk_usage

    return disk_usage(folder).free
