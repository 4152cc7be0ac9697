"""The one expression: events, accounts and areas in, the number of each kind by area out.

It is written once in Ibis; the engine is whatever the tables belong to. The result is integers, so every engine gives
the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

import ibis
from ibis.expr.types import Table

UNKNOWN_KIND = -1  # the code of kinds that are none


def counts_by_area(
    events: Table,
    accounts: Table,
    areas: Table,
    spam: Table,
    *,
    kinds: Mapping[str, bool],
    levels: frozenset[str],
    starts_on: date,
    ends_on: date,
) -> Table:
    """Return ``area, code, number, least`` of the events in ``[starts_on, ends_on)``, Beijing days.

    ``events``: account_id, kind, reader_id, happened_at (Beijing time), amount. ``accounts``: account_id, region_code,
    level. ``areas``: region_code, area. ``spam``: reader_id. ``kinds`` says which kinds count once per account, reader
    and day; codes are those of ``code_of``. ``least`` is the smallest amount, -1 where one is
    empty. Readers that are spam, or not known, do not count once a day.
    """
    codes = code_of(kinds)
    first_once = min((codes[kind] for kind, is_once in kinds.items() if is_once), default=len(codes))
    placed = (
        accounts.filter(accounts.level.isin(sorted(levels)))
        .inner_join(areas, "region_code")
        .select("account_id", "area")
    )
    within = events.filter(
        events.happened_at >= datetime.combine(starts_on, time.min),
        events.happened_at < datetime.combine(ends_on, time.min),
    )
    # Wide numbers made narrow: DuckDB is a third slower when the code is no byte. So it is when a list of codes is
    # asked for instead of a range, hence their order.
    wide = [(kind, ibis.literal(code, "int64")) for kind, code in codes.items()]
    code = within.kind.cases(*wide, else_=ibis.literal(UNKNOWN_KIND, "int64")).cast("int8")
    coded = within.select("account_id", "reader_id", "happened_at", "amount", code=code)
    each = coded.filter(coded.code < first_once).group_by("account_id", "code")
    each = each.agg(number=lambda t: t.amount.sum(), least=lambda t: t.amount.fill_null(-1).min())
    read = coded.filter(coded.code >= first_once, coded.reader_id.notnull()).anti_join(spam, "reader_id")
    daily = read.select("account_id", "reader_id", "code", day=read.happened_at.date()).distinct()
    daily = daily.group_by("account_id", "code").agg(number=lambda t: t.count(), least=ibis.literal(0))
    together = ibis.union(_typed(each), _typed(daily)).inner_join(placed, "account_id")
    return together.group_by("area", "code").agg(number=lambda t: t.number.sum(), least=lambda t: t.least.min())


def code_of(kinds: Mapping[str, bool]) -> dict[str, int]:
    """Return a small number for each kind, those that count once a day last."""
    return {kind: code for code, kind in enumerate(sorted(kinds, key=lambda kind: kinds[kind]))}


def _typed(table: Table) -> Table:
    """Sums are wider than counts on some engines; a union wants one type."""
    return table.mutate(number=table.number.cast("int64"), least=table.least.cast("int64"))
