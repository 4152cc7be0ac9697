"""Billers of a day: our lines, their files, and the comparison of both as one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from shimin.capabilities.payments.reconciliation.domain.day_files import FileLine, billers_of
from shimin.capabilities.payments.reconciliation.domain.differences import Kind
from shimin.capabilities.payments.reconciliation.models import BillerAnswer, Statement
from shimin.capabilities.payments.reconciliation.queries.comparison import Found
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope

_OURS = """
    SELECT l.id, split_part(l.payable_ref, '.', 2), l.amount_fen, l.keeper_receipt, l.reverted_at IS NOT NULL
    FROM payments_order o JOIN payments_order_line l ON l.order_id = o.id
    WHERE o.city_code = %(city)s AND o.captured_at >= %(starts)s AND o.captured_at < %(ends)s
      AND l.payee_code = %(biller)s AND l.settled_at IS NOT NULL
    ORDER BY l.id
"""
_SUMS = """
    SELECT l.payee_code, count(*), sum(l.amount_fen)::bigint
    FROM payments_order o JOIN payments_order_line l ON l.order_id = o.id
    WHERE o.city_code = %(city)s AND o.captured_at >= %(starts)s AND o.captured_at < %(ends)s
      AND l.payee_code LIKE 'biller:%%' AND l.settled_at IS NOT NULL
    GROUP BY 1
"""
# A line whose biller has not answered yet is told again until it does; the gateway's comparison names it.
_COMPARE = """
WITH told AS (
  SELECT l.document, sum(abs(l.amount_fen))::bigint AS fen, bool_or(l.is_refund) AS is_reversed, count(*) AS times,
    min(l.out_trade_no) AS bill,
    CASE WHEN l.document ~ '^[0-9]{1,18}$' THEN l.document::bigint END AS line_id
  FROM reconciliation_statement_line l
  WHERE l.statement_id = (SELECT s.id FROM reconciliation_statement s
    WHERE s.city_code = %(city)s AND s.gateway = %(biller)s AND s.day = %(day)s AND s.state = 'current')
  GROUP BY 1
), ours AS (
  SELECT l.id, l.amount_fen AS fen, l.state, l.reverted_at, o.id AS order_id
  FROM payments_order o JOIN payments_order_line l ON l.order_id = o.id
  WHERE o.city_code = %(city)s AND o.captured_at >= %(starts)s AND o.captured_at < %(ends)s
    AND l.payee_code = %(biller)s AND l.settled_at IS NOT NULL
), pair AS (
  SELECT coalesce(t.document, o.id::text) AS document, t.fen AS told_fen, o.fen AS our_fen, t.is_reversed, t.times,
    coalesce(t.bill, '') AS bill, o.state, o.reverted_at, o.order_id, t.line_id
  FROM told t FULL JOIN ours o ON o.id = t.line_id
), judged AS (
  SELECT p.*, CASE
      WHEN p.times > 1 THEN 'doubled_line'
      WHEN p.told_fen IS NULL THEN CASE WHEN p.state = 'settled' THEN 'biller_not_booked' END
      WHEN p.our_fen IS NULL THEN CASE WHEN NOT p.is_reversed AND NOT EXISTS (
        SELECT 1 FROM payments_order_line w WHERE w.id = p.line_id AND w.city_code = %(city)s
          AND w.payee_code = %(biller)s AND w.state = 'paid') THEN 'biller_unknown' END
      WHEN p.told_fen <> p.our_fen THEN 'wrong_amount'
      WHEN p.is_reversed AND p.state = 'settled' THEN 'biller_reversed'
      WHEN NOT p.is_reversed AND p.reverted_at IS NOT NULL THEN 'biller_not_reversed' END AS kind
  FROM pair p
)
SELECT j.kind, j.document, j.told_fen, j.our_fen, j.order_id, j.bill FROM judged j WHERE j.kind IS NOT NULL
  AND EXISTS (SELECT 1 FROM reconciliation_statement s
    WHERE s.city_code = %(city)s AND s.gateway = %(biller)s AND s.day = %(day)s AND s.state = 'current')
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class BillerDay:
    """One biller of a day: what it has acknowledged to us, beside its file, and what it said of ours."""

    code: str
    slug: str
    title: str
    our_count: int
    our_fen: int
    file_count: int | None
    file_fen: int | None
    refused: tuple[tuple[int, str], ...]
    sent_at: datetime | None
    findings: tuple[dict[str, Any], ...]


def _values(city_code: str, biller: str, day: date) -> dict[str, Any]:
    starts = datetime.combine(day, time(), CHINA)
    return {"city": city_code, "biller": biller, "day": day, "starts": starts, "ends": starts + timedelta(days=1)}


def compare_biller(city_code: str, code: str, day: date) -> list[Found]:
    """Return what a biller's file of a day and our lines do not agree on, in the caller's scope. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE, _values(city_code, code, day))
        return [Found(Kind(kind), *rest) for kind, *rest in cursor.fetchall()]


def list_file_lines(city_code: str, code: str, day: date) -> list[FileLine]:
    """Return the payments of a day that a biller has acknowledged, in the caller's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_OURS, _values(city_code, code, day))
        return [FileLine(*row) for row in cursor.fetchall()]


def biller_codes(city_code: str, day: date) -> list[str]:
    """Return the billers with a file or a payment of a day, in the caller's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, _values(city_code, "", day))
        paid = {code for code, *_ in cursor.fetchall()}
    files = Statement.objects.filter(city_code=city_code, day=day, gateway__startswith="biller:", state="current")
    known = {each.payee_code for each in billers_of(city_code)}
    return sorted((paid | set(files.values_list("gateway", flat=True))) & known)


def list_biller_days(*, actor: Actor, city_code: str, day: date) -> list[BillerDay]:
    """Return each biller of a day that has a payment or a file. Three statements."""
    with scope(actor):
        with connection.cursor() as cursor:
            cursor.execute(_SUMS, _values(city_code, "", day))
            sums = {code: (count, fen) for code, count, fen in cursor.fetchall()}
        statements: dict[str, dict[str, Statement]] = {}
        for each in Statement.objects.filter(city_code=city_code, day=day, gateway__startswith="biller:").order_by(
            "imported_at"
        ):
            statements.setdefault(each.gateway, {})[each.state] = each
        answers = {each.biller: each for each in BillerAnswer.objects.filter(city_code=city_code, day=day)}
    rows = []
    for biller in billers_of(city_code):
        code, files, answer = biller.payee_code, statements.get(biller.payee_code, {}), answers.get(biller.payee_code)
        if code not in sums and not files and answer is None:
            continue
        current, refused = files.get("current"), files.get("refused")
        is_refused = refused is not None and (current is None or refused.imported_at > current.imported_at)
        rows.append(
            BillerDay(
                code, biller.code, biller.name, *sums.get(code, (0, 0)),
                current.line_count if current else None, current.in_fen + current.out_fen if current else None,
                tuple((line, words) for line, words in refused.faults) if refused and is_refused else (),
                answer.sent_at if answer else None, tuple(answer.findings) if answer else (),
            )
        )  # fmt: skip
    return rows
