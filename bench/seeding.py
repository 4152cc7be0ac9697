"""``python -m bench.seeding N``: fill the tables of service requests as a year would; as the owner of the database.

60 % closed, 10 % in progress, 10 % dispatched, 20 % waiting, over 365 days, the city's districts, seven categories; one
agency for every 20,000 requests, so that a page of 50 is full at every size; one to four steps each;
words of 18 pieces of a vocabulary of 40. All invented.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

_REQUESTS = """
    INSERT INTO service_requests_request (
        id, city_code, number, request_kind, state, version, level, is_emergency, title, words, category, category_by,
        address, region_code, channel, is_confidential, agency_id, is_fixed, returns, handler_id, dispatched_at,
        accepted_at, filed_at, clock, due_at, is_clock_running, clock_note, draft, answer, answered_at,
        published_answer, rating, wants_contact, ended_at)
    SELECT ((extract(epoch FROM t.at) * 1000)::bigint - 1735689600000) << 22 | (n.n %% 4194304), '430100',
        '430100' || lpad(n.n::text, 13, '0'), (ARRAY['help', 'complaint', 'question', 'suggestion'])[1 + n.n %% 4],
        s.state, 3, 0, false, w.title, w.words, (%(categories)s::text[])[1 + n.n %% 7], 'reader',
        '长沙市某路' || n.n %% 500 || '号',
        (%(districts)s::text[])[1 + n.n %% %(district_count)s], 'web', false,
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
    CROSS JOIN LATERAL (
        SELECT string_agg((%(vocabulary)s::text[])[1 + (n.n * (31 + 7 * k) + k * k) %% 40], '') AS words,
            left(string_agg((%(vocabulary)s::text[])[1 + (n.n * (31 + 7 * k) + k * k) %% 40], ''), 30) AS title
        FROM generate_series(1, 18) AS k) w
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
_VOCABULARY = (
    "路灯 井盖 噪声 油烟 停水 停电 电梯 物业 小区 学校 公交 地铁 占道 施工 垃圾 绿化 积水 护栏 斑马线 停车 "
    "房产证 社保 公积金 医保 工资 押金 退款 发票 油漆 屋顶 漏水 下水道 快递 共享单车 广场舞 宠物 摊贩 公厕 树枝 围挡"
)
_CATEGORIES = ["交通运输", "劳动和社会保障", "卫生计生", "商贸旅游", "城乡建设", "教育文体", "环境保护"]


def main(count: int) -> None:
    """Fill the tables up to ``count`` requests and renew the helpers of the raw limits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM service_requests_request WHERE number LIKE '4301000%%'")
        (there,) = cursor.fetchone()
        cursor.execute("SELECT array_agg(id ORDER BY id) FROM catalogue_agency WHERE region_code = '430100'")
        (agencies,) = cursor.fetchone()
        cursor.execute("SELECT array_agg(code ORDER BY code) FROM catalogue_region WHERE parent_code = '430100'")
        (districts,) = cursor.fetchone()
        values = {
            "first": there + 1, "last": count, "agencies": agencies,
            "agency_count": min(len(agencies), max(1, count // 20_000)),
            "districts": districts, "district_count": len(districts), "categories": _CATEGORIES,
            "vocabulary": _VOCABULARY.split(),
        }  # fmt: skip
        for statement in (_REQUESTS, _STEPS, _HANDLES):
            cursor.execute(statement, values)
        cursor.execute(_HELPERS)
        role = connection.settings_dict["USER"]
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"{sys.argv[2]}%web"])
        for (web,) in cursor.fetchall():
            cursor.execute(f'GRANT SELECT ON bench_ask_handle, bench_ask_open TO "{web}"')
        cursor.execute("VACUUM ANALYZE service_requests_request, service_requests_step, service_requests_query_handle")
    print(f"{count} requests, {values['agency_count']} agencies, as {role}", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]))
