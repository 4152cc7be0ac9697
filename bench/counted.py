"""Use that was counted: the counts of many invented look-ups, and look-ups told at a steady rate.

An installation that has taken ten million events holds their counts in ``indicators_use_count``; the events themselves
are deleted after delivery. So the counts are made as the counting would have made them, along the same dimensions, from
invented look-ups: skewed over services, agencies, apps and 400 days.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.installation import CITY

DAYS = 400
_MAKE = """
    CREATE TEMPORARY TABLE made AS
    SELECT current_date - floor(400 * random() ^ 1.5)::int AS day, (1 + floor(300 * random() ^ 3))::int AS item,
        (1 + floor(40 * random() ^ 2))::int AS agency, floor(24 * random())::int AS hour,
        (ARRAY['web', 'wechat', 'alipay', 'weibo', 'api'])[1 + floor(5 * random() ^ 2)::int] AS channel,
        random() < 0.9 AS is_answered
    FROM generate_series(1, %s)
"""
_COUNT = """
    CREATE TABLE {name} AS
    SELECT {city} AS city_code, day, dimension, key, stage, count(*) AS times FROM made
    CROSS JOIN LATERAL (VALUES
        ('act', 'look_up', 'started', true), ('service', item::text, 'started', true),
        ('agency', agency::text, 'started', true), ('hour', hour::text, 'started', true),
        ('channel', channel, 'started', true),
        ('act', 'look_up', 'finished', is_answered), ('service', item::text, 'finished', is_answered),
        ('agency', agency::text, 'finished', is_answered)
    ) AS along (dimension, key, stage, is_counted)
    WHERE is_counted GROUP BY day, dimension, key, stage
"""
_FILL = """
    INSERT INTO indicators_use_count (city_code, day, dimension, key, stage, times)
    SELECT city_code, day, dimension, key, stage, times FROM {name}
"""
_SUM = """
    INSERT INTO indicators_use_month (city_code, month, dimension, key, stage, times)
    SELECT city_code, date_trunc('month', day)::date, dimension, key, stage, sum(times)
    FROM indicators_use_count GROUP BY 1, 2, 3, 4, 5
"""
_TELL = """
    INSERT INTO kernel_event (id, occurred_at, name, aggregate, aggregate_id, aggregate_version, payload)
    SELECT %(first)s + n, clock_timestamp(), 'enquiries.record_looked_up', 'enquiries.enquiry', %(first)s + n, 1,
        jsonb_build_object('enquiry_id', %(first)s + n, 'item_id', 1 + n %% 300, 'agency_id', 1 + n %% 40,
            'city_code', %(city)s::text, 'outcome', 'found', 'reason', '', 'channel', 'wechat')
    FROM generate_series(1, %(number)s) n
"""
_COUNTED = """
    SELECT coalesce(sum(times), 0) FROM indicators_use_count
    WHERE city_code = %s AND dimension = 'act' AND key = 'look_up' AND stage = 'started'
"""
_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Lag:
    """How long look-ups waited to be counted, in seconds, seen ten times a second; and how many were told."""

    told: int
    seconds: list[float]
    told_per_second: float


def count_invented(owner_url: str, events: int) -> int:
    """Replace all counts by those of ``events`` invented look-ups; return how many rows of counts there are."""
    with psycopg.connect(owner_url) as owner:
        name = sql.Identifier(f"bench_use_{events}")
        if owner.execute("SELECT to_regclass(%s)", [f"bench_use_{events}"]).fetchone() == (None,):
            owner.execute(_MAKE, [events])
            owner.execute(sql.SQL(_COUNT).format(name=name, city=sql.Literal(CITY)))
        owner.execute("DELETE FROM indicators_use_count")
        made = owner.execute(sql.SQL(_FILL).format(name=name)).rowcount
        owner.execute("DELETE FROM indicators_use_month")
        owner.execute(_SUM)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) indicators_use_count, indicators_use_month")
    return made


def tell_steadily(owner_url: str, *, per_second: int, seconds: float) -> Lag:
    """Write look-ups into the outbox at a steady rate, in their own transactions of a tenth of a second.

    A lag is the age of the oldest look-up that is not counted: counted ones are taken to be the oldest.
    """
    with psycopg.connect(owner_url, autocommit=True) as writer, psycopg.connect(owner_url, autocommit=True) as reader:
        before = _counted(reader)
        told_at: list[float] = []  # by look-up, in order
        lags = []
        began = time.monotonic()
        first = time.time_ns() >> 1
        ends_at = began + seconds
        for tick in _ticks(began):
            now = time.monotonic()
            if now < ends_at:
                due = round((now - began) * per_second) - len(told_at)
                if due > 0:
                    writer.execute(_TELL, {"first": first + len(told_at), "city": CITY, "number": due})
                    told_at += [now] * due
            counted = _counted(reader) - before
            lags.append(time.monotonic() - told_at[counted] if counted < len(told_at) else 0.0)
            if counted >= len(told_at) and tick >= ends_at:
                break
            if tick > ends_at + 120:
                lags.append(float("inf"))
                break
        return Lag(len(told_at), lags, len(told_at) / seconds)


def _counted(reader: psycopg.Connection) -> int:
    row = reader.execute(_COUNTED, [CITY]).fetchone()
    assert row is not None
    return int(row[0])


def _ticks(began: float) -> Iterator[float]:
    at = began
    while True:
        at = max(at + _EVERY_SECONDS, time.monotonic())
        time.sleep(max(0.0, at - time.monotonic()))
        yield at
