"""Compare a day and keep what does not agree; what a later comparison does not find any more is closed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.db import connection

from shimin.capabilities.payments.public import (
    FINANCE,
    GatewayRefused,
    TradeState,
    capture,
    gateway,
    gateway_account,
    is_counter,
)
from shimin.capabilities.payments.reconciliation.domain.day_files import is_biller
from shimin.capabilities.payments.reconciliation.domain.differences import MEANINGS, Kind, Owner, Way
from shimin.capabilities.payments.reconciliation.models import Difference
from shimin.capabilities.payments.reconciliation.queries.biller_days import compare_biller
from shimin.capabilities.payments.reconciliation.queries.comparison import Found, compare
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Forbidden, Unavailable
from shimin.kernel.ids import new_id

MOST_ASKED = 2_000  # trades of one day that are asked about at once: more of them are a fault of another kind
log = structlog.get_logger("shimin.payments")

_KEEP = """
    INSERT INTO reconciliation_difference AS d
        (id, city_code, gateway, day, difference_kind, document, statement_fen, ledger_fen, order_id, out_trade_no,
         state, way, words, found_at)
    SELECT id, %s, %s, %s, kind, document, line_fen, entry_fen, order_id, ours, 'open', '', '', %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
        AS t (id, kind, document, line_fen, entry_fen, order_id, ours)
    ON CONFLICT (city_code, gateway, day, difference_kind, document) DO UPDATE SET
        statement_fen = excluded.statement_fen, ledger_fen = excluded.ledger_fen, state = 'open', way = '', words = '',
        closed_at = NULL, closed_by_id = NULL
    WHERE d.way = 'by_itself' OR d.statement_fen IS DISTINCT FROM excluded.statement_fen
        OR d.ledger_fen IS DISTINCT FROM excluded.ledger_fen
"""
_GONE = """
    UPDATE reconciliation_difference d SET state = 'closed', way = 'by_itself', closed_at = %s
    WHERE d.city_code = %s AND d.gateway = %s AND d.day = %s AND d.state = 'open' AND NOT EXISTS (
        SELECT 1 FROM unnest(%s::text[], %s::text[]) AS t (kind, document)
        WHERE t.kind = d.difference_kind AND t.document = d.document)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a comparison ended: what it found, how much of that is open, how much had closed by itself."""

    found: int
    open: int
    gone: int


def compare_day(*, actor: Actor, city_code: str, gateway_code: str, day: date, now: datetime) -> Outcome:
    """Compare a day of one gateway, counter or biller and keep what does not agree. Can be repeated at will.

    Raises:
        Forbidden: the actor is no finance officer.
    """
    if actor.is_signed_in and not actor.has_role(FINANCE):
        raise Forbidden
    with scope(actor):
        if is_biller(gateway_code):
            found = compare_biller(city_code, gateway_code, day)
        else:
            found = compare(city_code, gateway_code, gateway_account(gateway_code), day)
        gone = _keep(found, city_code, gateway_code, day, now)
        still = Difference.objects.filter(city_code=city_code, gateway=gateway_code, day=day, state="open").count()
        audit.record(
            actor=actor, action="reconciliation.compare", target="day", target_id=None, now=now, city_code=city_code,
            details={"gateway": gateway_code, "day": day.isoformat(), "found": len(found), "open": still},
        )  # fmt: skip
    return Outcome(len(found), still, gone)


def _keep(found: list[Found], city_code: str, gateway_code: str, day: date, now: datetime) -> int:
    with connection.cursor() as cursor:
        kinds, documents = [str(each.kind) for each in found], [each.document for each in found]
        cursor.execute(_GONE, [now, city_code, gateway_code, day, kinds, documents])
        gone: int = cursor.rowcount
        if found:
            cursor.execute(
                _KEEP,
                [
                    city_code, gateway_code, day, now, [new_id() for _ in found], kinds, documents,
                    [each.statement_fen for each in found], [each.ledger_fen for each in found],
                    [each.order_id for each in found], [each.out_trade_no for each in found],
                ],
            )  # fmt: skip
    return gone


def reconcile_day(*, actor: Actor, city_code: str, gateway_code: str, day: date, now: datetime) -> Outcome:
    """Compare a day, ask the gateway about money that we have not booked, book what it confirms, compare again.

    A second payment of one order, found so, is surplus and goes back by itself.
    """
    require_no_transaction()
    outcome = compare_day(actor=actor, city_code=city_code, gateway_code=gateway_code, day=day, now=now)
    if (
        is_counter(gateway_code)
        or is_biller(gateway_code)
        or not _book_what_is_missing(actor, city_code, gateway_code, day, now)
    ):
        return outcome
    return compare_day(actor=actor, city_code=city_code, gateway_code=gateway_code, day=day, now=now)


def _book_what_is_missing(actor: Actor, city_code: str, gateway_code: str, day: date, now: datetime) -> int:
    with scope(actor):
        numbers = list(
            Difference.objects.filter(
                city_code=city_code, gateway=gateway_code, day=day, state="open", difference_kind=Kind.NOT_CAPTURED
            )
            .order_by("id")
            .values_list("out_trade_no", flat=True)[:MOST_ASKED]
        )
    booked = 0
    for number in numbers:
        try:
            status = gateway(gateway_code).query(number)
        except (Unavailable, GatewayRefused):
            log.warning("reconciliation.not_answered", gateway=gateway_code)
            break
        if status.state is TradeState.PAID and status.receipt is not None:
            capture(actor=SYSTEM, receipt=status.receipt, source="statement", now=now)
            booked += 1
    return booked


def ways_of(kind: Kind) -> tuple[Way, ...]:
    """Return by what an officer can close a difference of this kind."""
    if kind is Kind.REFUND_FAILED:
        return (Way.PAID_BY_HAND, Way.EXPLAINED)
    if MEANINGS[kind].owner is Owner.KEEPER:
        return (Way.KEEPER_CORRECTED, Way.EXPLAINED)
    return (Way.GATEWAY_CORRECTED, Way.EXPLAINED)
