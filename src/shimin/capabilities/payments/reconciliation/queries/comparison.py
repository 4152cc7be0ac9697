"""The three-way comparison as one statement: a gateway's statement, the ledger, and what keepers have acknowledged.

It changes nothing and can be asked again at will: whatever a day's books and statement say now is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from shimin.capabilities.payments.reconciliation.domain.differences import Kind
from shimin.kernel.clock import CHINA

# An entry this close to midnight may stand in the next day's statement: clocks differ, and so do the ends of calls.
NEAR_MIDNIGHT = timedelta(minutes=10)

# For a million lines to be grouped and joined without spilling much; one process of the database takes it once a day.
_MEMORY = "SELECT set_config('work_mem', '96MB', true)"

# Entries are looked for one day around; what is booked later than that is found by its order. A trade number of ours
# is city (6), order, try (2). Whatever agrees is gone after ``apart``, so what follows may look each row up by itself;
# sub-selects with LIMIT keep it so: fresh rows have no statistics, and a join would be planned for too few of them.
COMPARE = """
WITH line AS (
  SELECT l.document, l.is_refund, sum(l.amount_fen)::bigint AS fen, count(*) AS times, min(l.out_trade_no) AS ours
  FROM reconciliation_statement_line l
  WHERE l.statement_id = (SELECT s.id FROM reconciliation_statement s
    WHERE s.city_code = %(city)s AND s.gateway = %(gateway)s AND s.day = %(day)s AND s.state = 'current')
  GROUP BY 1, 2
), entry AS (
  SELECT e.document, e.entry_kind = 'refund' AS is_refund, sum(e.amount_fen)::bigint AS fen,
    min(e.order_id) AS order_id, bool_or(e.business_date = %(day)s) AS is_of_day, max(e.posted_at) AS posted_at
  FROM payments_ledger_entry e
  WHERE e.city_code = %(city)s AND e.account = %(account)s
    AND e.business_date BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
    AND e.entry_kind IN ('capture', 'surplus', 'refund')
  GROUP BY 1, 2
), apart AS MATERIALIZED (
  SELECT coalesce(l.document, e.document) AS document, coalesce(l.is_refund, e.is_refund) AS is_refund,
    l.fen AS line_fen, e.fen AS entry_fen, l.times, l.ours, e.order_id, e.posted_at, e.is_of_day
  FROM line l FULL JOIN entry e ON e.document = l.document AND e.is_refund = l.is_refund
  WHERE l.fen IS DISTINCT FROM e.fen OR l.times > 1
), single AS (
  SELECT p.*, (
    SELECT a.order_id FROM payments_attempt a
    WHERE a.city_code = %(city)s AND a.out_trade_no = p.ours AND a.gateway = %(gateway)s LIMIT 1) AS tried
  FROM apart p WHERE p.entry_fen IS NULL
), found AS (
  SELECT CASE WHEN p.times > 1 THEN 'doubled_line' ELSE 'wrong_amount' END AS kind,
    p.document, p.line_fen, p.entry_fen, p.order_id, p.ours
  FROM apart p WHERE p.line_fen IS NOT NULL AND p.entry_fen IS NOT NULL
  UNION ALL
  SELECT CASE
      WHEN late.fen IS NOT NULL THEN CASE WHEN p.times > 1 THEN 'doubled_line' ELSE 'wrong_amount' END
      WHEN p.is_refund THEN 'refund_unknown'
      WHEN p.tried IS NOT NULL THEN 'not_captured'
      ELSE 'unknown_trade' END,
    p.document, p.line_fen, late.fen, p.tried, p.ours
  FROM single p
  LEFT JOIN LATERAL (
    SELECT sum(e.amount_fen)::bigint AS fen FROM payments_ledger_entry e
    WHERE e.order_id = p.tried AND e.account = %(account)s AND e.document = p.document
      AND (e.entry_kind = 'refund') = p.is_refund
  ) late ON true
  WHERE late.fen IS DISTINCT FROM p.line_fen OR p.times > 1
  UNION ALL
  SELECT CASE
      WHEN p.posted_at >= %(midnight)s THEN 'over_midnight'
      WHEN p.is_refund THEN 'refund_not_at_gateway'
      ELSE 'not_at_gateway' END,
    p.document, NULL, p.entry_fen, p.order_id, ''
  FROM apart p
  WHERE p.line_fen IS NULL AND p.is_of_day AND (
    SELECT true FROM reconciliation_statement_line l JOIN reconciliation_statement s ON s.id = l.statement_id
    WHERE l.city_code = %(city)s AND l.document = p.document AND l.is_refund = p.is_refund
      AND s.gateway = %(gateway)s AND s.state = 'current' AND s.day <> %(day)s LIMIT 1) IS NULL
    AND EXISTS (SELECT 1 FROM reconciliation_statement s WHERE s.city_code = %(city)s AND s.gateway = %(gateway)s
      AND s.day = %(day)s AND s.state = 'current')
  UNION ALL
  SELECT 'not_settled', 'line:' || l.id, NULL, l.amount_fen, o.id, ''
  FROM payments_order o JOIN payments_order_line l ON l.order_id = o.id
  WHERE o.city_code = %(city)s AND o.gateway = %(gateway)s AND l.state = 'paid'
    AND o.state IN ('captured', 'settled', 'refunded')
    AND o.captured_at >= %(starts)s AND o.captured_at < %(ends)s
  UNION ALL
  SELECT 'refund_failed', r.id::text, NULL, -r.amount_fen, r.order_id, r.out_trade_no
  FROM payments_refund r
  WHERE r.city_code = %(city)s AND r.gateway = %(gateway)s AND r.stage = 'failed'
    AND r.requested_at >= %(starts)s AND r.requested_at < %(ends)s
)
SELECT f.kind, f.document, f.line_fen, f.entry_fen, f.order_id, coalesce(f.ours, '') FROM found f
ORDER BY f.kind, f.document
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that does not agree now. A side that has nothing is None."""

    kind: Kind
    document: str
    statement_fen: int | None
    ledger_fen: int | None
    order_id: int | None
    out_trade_no: str


def values(city_code: str, gateway_code: str, account: str, day: date) -> dict[str, Any]:
    """Return what the statement asks for."""
    starts = datetime.combine(day, time(), CHINA)
    ends = starts + timedelta(days=1)
    return {
        "city": city_code, "gateway": gateway_code, "account": account, "day": day, "starts": starts, "ends": ends,
        "midnight": ends - NEAR_MIDNIGHT,
    }  # fmt: skip


def compare(city_code: str, gateway_code: str, account: str, day: date) -> list[Found]:
    """Return everything of a day that does not agree, in the caller's scope. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute(COMPARE, values(city_code, gateway_code, account, day))
        return [Found(Kind(kind), *rest) for kind, *rest in cursor.fetchall()]
