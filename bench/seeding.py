"""``python -m bench.seeding N ROLE_PREFIX``: fill the tables of service requests as a year would; as their owner.

60 % closed, 10 % in progress, 10 % dispatched, 20 % waiting, over 365 days, the city's districts, seven categories; one
agency for every 20,000 requests, so that a page of 50 is full at every size; one to four steps each; words of 18 pieces
of a vocabulary of 40; streets and house numbers; points within 0.27 × 0.12 degrees. All invented. Indexes are made
anew after the rows are in: row by row they take four times as long.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import OperationalError, connection, transaction  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402

_TABLES = ("service_requests_request", "service_requests_step", "service_requests_query_handle")
_AT_ONCE = 200_000
_TRIES = 10
_TEXTS = """
    INSERT INTO bench_ask_text
        SELECT t.n, string_agg((%(vocabulary)s::text[])[1 + (t.n * (31 + 7 * k) + k * k) %% 40], '') AS words
        FROM generate_series(0, 4999) AS t(n), generate_series(1, 18) AS k GROUP BY t.n
"""
_REQUESTS = """
    INSERT INTO service_requests_request (
        id, city_code, number, request_kind, state, version, level, is_emergency, title, words, category, category_by,
        address, region_code, lng, lat, accuracy_metres, channel, is_confidential, agency_id, is_fixed, returns,
        handler_id, dispatched_at, accepted_at, filed_at, clock, due_at, is_clock_running, clock_note, draft, answer,
        answered_at, published_answer, rating, wants_contact, ended_at)
    SELECT ((extract(epoch FROM t.at) * 1000)::bigint - 1735689600000) << 22 | (n.n %% 4194304), '430100',
        '430100' || lpad(n.n::text, 13, '0'), (ARRAY['help', 'complaint', 'question', 'suggestion'])[1 + n.n %% 4],
        s.state, 3, 0, n.n %% 997 = 0, left(w.words, 30), w.words, (%(categories)s::text[])[1 + n.n %% 7], 'reader',
        '长沙市' || (%(names)s::text[])[d.d] || (%(streets)s::text[])[1 + (n.n * 31) %% %(street_count)s]
            || (%(ways)s::text[])[1 + (n.n / 7) %% 8] || 1 + (n.n / 13) %% 300 || '号',
        (%(districts)s::text[])[d.d], 112.85 + 0.27 * (n.n * 7919 %% 99991) / 99991.0,
        28.14 + 0.12 * (n.n * 104729 %% 99989) / 99989.0, 20, 'web', false,
        CASE WHEN s.state <> 'filed' THEN (%(agencies)s::bigint[])[1 + (n.n / 11) %% %(agency_count)s] END,
        false, 0, 911,
        t.at, t.at, t.at,
        '{"amount":5,"unit":"workday","calendar":"CN","started_at":"2026-01-01T00:00:00+00:00","history":[]}',
        t.at + interval '7 days', s.state <> 'closed', '', '', CASE WHEN s.state = 'closed' THEN '已办结。' ELSE '' END,
        CASE WHEN s.state = 'closed' THEN t.at + interval '5 days' END, '', '', false,
        CASE WHEN s.state = 'closed' THEN t.at + interval '5 days' END
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n(n)
    CROSS JOIN LATERAL (SELECT now() - interval '365 days' * ((n.n * 7919 %% 1000003) / 1000003.0) AS at) t
    CROSS JOIN LATERAL (SELECT CASE WHEN n.n %% 10 < 6 THEN 'closed' WHEN n.n %% 10 = 6 THEN 'in_progress'
        WHEN n.n %% 10 = 7 THEN 'dispatched' ELSE 'filed' END AS state) s
    CROSS JOIN LATERAL (SELECT 1 + n.n %% %(district_count)s AS d) d
    JOIN bench_ask_text w ON w.n = n.n %% 5000
"""
_STEPS = """
    INSERT INTO service_requests_step (
        id, request_id, city_code, version, action, state, taken_at, actor_kind, agency_id, words, is_public, details,
        due_at, is_clock_running)
    SELECT r.id + v.version, r.id, r.city_code, v.version, v.action, v.state, r.filed_at, 'system', r.agency_id, '',
        true, '{}', r.due_at, true
    FROM service_requests_request r
    JOIN (VALUES (1, 'file', 'filed', '{filed,dispatched,in_progress,closed}'::text[]),
        (2, 'dispatch', 'dispatched', '{dispatched,in_progress,closed}'),
        (3, 'accept', 'in_progress', '{in_progress,closed}'),
        (4, 'reply', 'answered', '{closed}')) AS v(version, action, state, of_states)
        ON r.state = ANY (v.of_states)
    WHERE r.number BETWEEN '430100' || lpad(%(first)s::text, 13, '0') AND '430100' || lpad(%(last)s::text, 13, '0')
"""
_HANDLES = """
    INSERT INTO service_requests_query_handle (hash, request_id)
    SELECT sha256(convert_to(r.number, 'UTF8')), r.id FROM service_requests_request r
    WHERE r.number BETWEEN '430100' || lpad(%(first)s::text, 13, '0') AND '430100' || lpad(%(last)s::text, 13, '0')
"""
_HELPERS = """
    DROP TABLE IF EXISTS bench_ask_handle, bench_ask_open;
    CREATE TABLE bench_ask_handle AS
        SELECT row_number() OVER () AS n, encode(hash, 'hex') AS hash, request_id
        FROM (SELECT * FROM service_requests_query_handle LIMIT 5000) h;
    ALTER TABLE bench_ask_handle ADD PRIMARY KEY (n);
    CREATE TABLE bench_ask_open AS
        SELECT row_number() OVER () AS n, id AS request_id, agency_id
        FROM (SELECT * FROM service_requests_request WHERE state = 'in_progress' LIMIT 5000) r;
    ALTER TABLE bench_ask_open ADD PRIMARY KEY (n);
"""
# What can be made again from its own words: plain indexes and foreign keys of the tables.
_INDEXES = """
    SELECT 'DROP INDEX ' || quote_ident(i.indexname), i.indexdef FROM pg_indexes i
    WHERE i.tablename = ANY(%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""
_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.conrelid::regclass, c.conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid::regclass::text = ANY(%s)
"""
_VOCABULARY = (
    "路灯 井盖 噪声 油烟 停水 停电 电梯 物业 小区 学校 公交 地铁 占道 施工 垃圾 绿化 积水 护栏 斑马线 停车 "
    "房产证 社保 公积金 医保 工资 押金 退款 发票 油漆 屋顶 漏水 下水道 快递 共享单车 广场舞 宠物 摊贩 公厕 树枝 围挡"
)
STREETS = (
    "银杏", "桐梓", "望江", "松柏", "云溪", "石桥", "柳塘", "枫香", "金盆", "白鹤", "长岭",
    "观水", "竹园", "听涛", "双塘", "南桥", "杏林", "荷塘", "晓光", "清泉", "沙湾",
)  # fmt: skip
WAYS = ("路", "街", "大道", "巷", "一路", "二路", "东路", "西路")
_CATEGORIES = ["交通运输", "劳动和社会保障", "卫生计生", "商贸旅游", "城乡建设", "教育文体", "环境保护"]


def main(count: int, prefix: str) -> None:
    """Fill the tables up to ``count`` requests and renew the helpers of the raw limits."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")  # of this session only
        there = _one(cursor, "SELECT count(*) FROM service_requests_request WHERE number LIKE '4301000%%'")
        values = _values(cursor, count)
        cursor.execute(
            "DROP TABLE IF EXISTS bench_ask_text; CREATE TABLE bench_ask_text (n int PRIMARY KEY, words text)"
        )
        cursor.execute(_TEXTS, values)
        with _bare(cursor):
            for first in range(there + 1, count + 1, _AT_ONCE):
                last = min(count, first + _AT_ONCE - 1)
                for statement in (_REQUESTS, _STEPS, _HANDLES):
                    cursor.execute(statement, values | {"first": first, "last": last})
                _say(f"{last:,} of {count:,} requests are in")
        cursor.execute(_HELPERS)
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"{prefix}%web"])
        for (web,) in cursor.fetchall():
            cursor.execute(f'GRANT SELECT ON bench_ask_handle, bench_ask_open TO "{web}"')
        cursor.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}")
    _say(f"{count:,} requests of {values['agency_count']} agencies")


def _values(cursor: CursorWrapper, count: int) -> dict[str, Any]:
    agencies = _one(cursor, "SELECT array_agg(id ORDER BY id) FROM catalogue_agency WHERE region_code = '430100'")
    districts = "FROM catalogue_region WHERE parent_code = '430100'"
    codes = _one(cursor, f"SELECT array_agg(code::text ORDER BY code) {districts}")
    return {
        "agencies": agencies, "agency_count": min(len(agencies), max(1, count // 20_000)), "districts": codes,
        "names": _one(cursor, f"SELECT array_agg(name::text ORDER BY code) {districts}"), "district_count": len(codes),
        "categories": _CATEGORIES, "vocabulary": _VOCABULARY.split(), "streets": list(STREETS),
        "street_count": len(STREETS), "ways": list(WAYS),
    }  # fmt: skip


@contextmanager
def _bare(cursor: CursorWrapper) -> Iterator[None]:
    """Take plain indexes and foreign keys away for the block and make them again, whatever it raises."""
    cursor.execute(_INDEXES, [list(_TABLES)])
    taken = cursor.fetchall()
    cursor.execute(_KEYS, [list(_TABLES)])
    taken += cursor.fetchall()
    _again(lambda: _drop(cursor, [drop for drop, _ in taken]))
    try:
        yield
    finally:
        for number, (_, make) in enumerate(taken, start=1):
            _again(partial(cursor.execute, make))
            if number % 8 == 0:
                _say(f"{number} of {len(taken)} indexes are made")


def _drop(cursor: CursorWrapper, statements: Sequence[str]) -> None:
    with transaction.atomic():  # all or none
        cursor.execute(f"LOCK TABLE {', '.join(_TABLES)} IN ACCESS EXCLUSIVE MODE")
        for statement in statements:
            cursor.execute(statement)


def _again(work: Callable[[], object]) -> None:
    """Do it once more when it met the worker in a deadlock: web and worker go on while the tables are filled."""
    for left in reversed(range(_TRIES)):
        try:
            work()
        except OperationalError:
            if not left:
                raise
            time.sleep(0.5)
        else:
            return


def _one(cursor: CursorWrapper, text: str) -> Any:
    cursor.execute(text, [])
    row = cursor.fetchone()
    assert row is not None
    return row[0]


_began = time.monotonic()


def _say(words: str) -> None:
    print(f"seeding: {words} ({time.monotonic() - _began:.0f} s)", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
