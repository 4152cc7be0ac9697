"""Days as finance sees them: statements, differences, whether they are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from shimin.capabilities.payments.public import gateways
from shimin.capabilities.payments.reconciliation.domain.differences import MEANINGS, Kind, Meaning, Way
from shimin.capabilities.payments.reconciliation.models import DayClose, Difference, Statement
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import scope

DAYS_SHOWN = 14
MOST_SHOWN = 200
_GATEWAY_SUMS = """
    SELECT account, sum(amount_fen) FILTER (WHERE amount_fen > 0)::bigint,
      -sum(amount_fen) FILTER (WHERE amount_fen < 0)::bigint,
      count(*) FILTER (WHERE amount_fen > 0), count(*) FILTER (WHERE amount_fen < 0)
    FROM payments_ledger_entry
    WHERE city_code = %s AND business_date = %s AND (account LIKE 'gateway:%%' OR account LIKE 'cash:%%')
      AND entry_kind IN ('capture', 'surplus', 'refund')
    GROUP BY account ORDER BY account
"""


_USED = """
    SELECT substr(account, 9) FROM payments_ledger_entry
    WHERE city_code = %(city)s AND business_date = %(day)s AND account LIKE 'gateway:%%'
    UNION
    SELECT gateway FROM payments_attempt
    WHERE city_code = %(city)s AND opened_at >= %(starts)s AND opened_at < %(ends)s
"""


@dataclass(frozen=True, slots=True)
class GatewayDay:
    """One gateway (or drawer) of a day: our books beside its statement, whose sums are None when it is missing."""

    code: str
    title: str
    ledger_in_fen: int
    ledger_out_fen: int
    ledger_count: int
    statement_in_fen: int | None
    statement_out_fen: int | None
    statement_count: int | None
    imported_at: datetime | None
    refused: tuple[tuple[int, str], ...]

    @property
    def needs_statement(self) -> bool:
        return not self.code.startswith("cash:")


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One difference with what it means."""

    difference_id: int
    gateway: str
    day: date
    kind: Kind
    meaning: Meaning
    document: str
    statement_fen: int | None
    ledger_fen: int | None
    order_id: int | None
    is_open: bool
    way: Way | None
    words: str
    found_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayState:
    """One day in the list of days."""

    day: date
    open: int
    is_closed: bool
    net_fen: int | None


def list_days(*, actor: Actor, city_code: str, now: datetime) -> list[DayState]:
    """Return the last days, newest first."""
    today = local_date(now)
    days = [today - timedelta(days=back) for back in range(DAYS_SHOWN)]
    with scope(actor):
        closes = {each.day: each for each in DayClose.objects.filter(city_code=city_code, day__gte=days[-1])}
        counts: dict[date, int] = {}
        for day in Difference.objects.filter(city_code=city_code, state="open").values_list("day", flat=True):
            counts[day] = counts.get(day, 0) + 1
    days += sorted((day for day in counts if day < days[-1]), reverse=True)
    return [
        DayState(day, counts.get(day, 0), day in closes, closes[day].net_fen if day in closes else None) for day in days
    ]


def gateway_days(*, actor: Actor, city_code: str, day: date) -> list[GatewayDay]:
    """Return each gateway's sums of a day. Two statements."""
    titles = {each.code: each.title for each in gateways()}
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_GATEWAY_SUMS, [city_code, day])
        sums = {account.removeprefix("gateway:"): row for account, *row in cursor.fetchall()}
        statements: dict[str, dict[str, Statement]] = {}
        for each in Statement.objects.filter(city_code=city_code, day=day).order_by("imported_at"):
            kept = statements.setdefault(each.gateway, {})
            kept[each.state] = each
    result = []
    for code in [*titles, *sorted(set(sums) - set(titles))]:
        came, went, ins, outs = sums.get(code, (0, 0, 0, 0))
        found = statements.get(code, {})
        current, refused = found.get("current"), found.get("refused")
        is_refused = refused is not None and (current is None or refused.imported_at > current.imported_at)
        result.append(
            GatewayDay(
                code, titles.get(code, f"柜台 {code.removeprefix('cash:')}"), came or 0, went or 0, ins + outs,
                current.in_fen if current else None, current.out_fen if current else None,
                current.line_count if current else None, current.imported_at if current else None,
                tuple((line, words) for line, words in refused.faults) if refused and is_refused else (),
            )
        )  # fmt: skip
    return result


def gateways_of_day(actor: Actor, city_code: str, day: date) -> list[str]:
    """Return the codes of what moved money on a day, or has a statement of it."""
    return [
        each.code
        for each in gateway_days(actor=actor, city_code=city_code, day=day)
        if each.ledger_count or each.imported_at
    ]


def missing_statements(city_code: str, day: date) -> list[str]:
    """Return the titles of gateways without a statement of a day on which they moved money, or payers were sent there.

    In the caller's scope. Of a gateway to which nobody was sent there may be no statement at all (WeChat Pay has none
    of a day without trades), so none is asked for.
    """
    starts = datetime.combine(day, time(), CHINA)
    with connection.cursor() as cursor:
        cursor.execute(_USED, {"city": city_code, "day": day, "starts": starts, "ends": starts + timedelta(days=1)})
        used = {code for (code,) in cursor.fetchall()}
    there = set(
        Statement.objects.filter(city_code=city_code, day=day, state="current").values_list("gateway", flat=True)
    )
    return [each.title for each in gateways() if each.code in used - there]


def is_closed(city_code: str, day: date) -> bool:
    """Tell whether a day is closed, in the caller's scope."""
    return DayClose.objects.filter(city_code=city_code, day=day).exists()


def find_close(*, actor: Actor, city_code: str, day: date) -> DayClose | None:
    """Return how a day was closed."""
    with scope(actor):
        return DayClose.objects.filter(city_code=city_code, day=day).first()


def list_differences(
    *, actor: Actor, city_code: str, day: date | None = None, is_open: bool | None = True
) -> list[DifferenceView]:
    """Return differences of a day, or (day None) of all days, oldest first."""
    with scope(actor):
        rows = Difference.objects.filter(city_code=city_code)
        if day is not None:
            rows = rows.filter(day=day)
        if is_open is not None:
            rows = rows.filter(state="open" if is_open else "closed")
        return [_view(row) for row in rows.order_by("day", "id")[:MOST_SHOWN]]


def count_open(actor: Actor) -> int:
    """Return how many differences wait in the officer's cities."""
    with scope(actor):
        return Difference.objects.filter(state="open").count()


def _view(row: Difference) -> DifferenceView:
    kind = Kind(row.difference_kind)
    return DifferenceView(
        row.id, row.gateway, row.day, kind, MEANINGS[kind], row.document, row.statement_fen, row.ledger_fen,
        row.order_id, row.state == "open", Way(row.way) if row.way else None, row.words, row.found_at, row.closed_at,
    )  # fmt: skip
