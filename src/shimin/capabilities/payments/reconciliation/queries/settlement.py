"""Who gets how much of a day, by agency or biller and item, down to each entry; and the file for the treasury."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from shimin.capabilities.payments.models import LedgerEntry, Order
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

PAGE = 100
ENTRY_WORDS = {
    "capture": "收款",
    "refund": "退款",
    "reversal": "转入待退",
    "treasury": "划缴",
    "payout": "到账",
    "write_off": "核销",
    "surplus": "重复收款",
}
_SETTLEMENT = """
    SELECT payee_code, item_code,
      coalesce((SELECT l.payee_name FROM payments_order_line l WHERE l.id = s.a_line), payee_code) AS name,
      times, captured, refunded
    FROM (
      SELECT e.payee_code, e.item_code, max(e.line_id) AS a_line, count(*) AS times,
        coalesce(sum(-e.amount_fen) FILTER (WHERE e.entry_kind = 'capture'), 0)::bigint AS captured,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.entry_kind IN ('refund', 'reversal')), 0)::bigint AS refunded
      FROM payments_ledger_entry e
      WHERE e.city_code = %s AND e.business_date = %s AND e.account LIKE 'payee:%%'
        AND e.entry_kind IN ('capture', 'refund', 'reversal')
      GROUP BY 1, 2
    ) s ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """What one payee gets for one item of a day. ``refunded_fen`` holds what its keeper refused, too."""

    payee_code: str
    item_code: str
    payee_name: str
    entries: int
    captured_fen: int
    refunded_fen: int

    @property
    def net_fen(self) -> int:
        return self.captured_fen - self.refunded_fen


@dataclass(frozen=True, slots=True)
class EntryView:
    """One ledger entry of a payee: what it was for, by the order's number; never who paid."""

    entry_id: int
    words: str
    amount_fen: int
    order_number: str
    order_title: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries in the order they were posted; ``total_fen`` is of all of them. ``next``: go on after it."""

    entries: tuple[EntryView, ...]
    total_fen: int
    count: int
    next: int | None


def settlement(city_code: str, day: date) -> list[SettlementRow]:
    """Return the day's sums by payee and item, in the caller's scope. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLEMENT, [city_code, day])
        return [SettlementRow(*row) for row in cursor.fetchall()]


def settlement_for(*, actor: Actor, city_code: str, day: date) -> list[SettlementRow]:
    """Return the day's sums as the officer may see them."""
    with scope(actor):
        return settlement(city_code, day)


def list_entries(
    *, actor: Actor, city_code: str, day: date, payee_code: str, item_code: str, after: int = 0
) -> EntryPage:
    """Return the entries behind one row of the settlement: each fen of it."""
    with scope(actor):
        rows = LedgerEntry.objects.filter(
            city_code=city_code, business_date=day, account=f"payee:{payee_code}", item_code=item_code,
            entry_kind__in=["capture", "refund", "reversal"],
        )  # fmt: skip
        amounts = list(rows.values_list("amount_fen", flat=True))
        page = list(rows.filter(id__gt=after).order_by("id")[: PAGE + 1])
        orders = {order.id: order for order in Order.objects.filter(id__in=[row.order_id for row in page])}
    views = []
    for row in page[:PAGE]:
        order = orders.get(row.order_id or 0)
        views.append(
            EntryView(
                row.id, ENTRY_WORDS[row.entry_kind], -row.amount_fen, order.number if order else "",
                order.title if order else "", row.posted_at,
            )
        )  # fmt: skip
    return EntryPage(tuple(views), -sum(amounts), len(amounts), views[-1].entry_id if len(page) > PAGE else None)


def treasury_file(city_code: str, day: date, rows: list[SettlementRow]) -> bytes:
    """Return the entry file for the treasury: UTF-8 CSV with totals; the last line is the SHA-256 of all before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    head = [
        "记录",
        "城市",
        "营业日",
        "收款单位代码",
        "收款单位",
        "项目代码",
        "笔数",
        "收款（分）",
        "退款（分）",
        "净额（分）",
    ]
    writer.writerow(head)
    for row in rows:
        sums = [row.entries, row.captured_fen, row.refunded_fen, row.net_fen]
        names = [_plain(text) for text in (row.payee_code, row.payee_name, row.item_code)]
        writer.writerow(["明细", city_code, day.isoformat(), *names, *sums])
    totals = [
        sum(each) for each in zip(*[(r.entries, r.captured_fen, r.refunded_fen, r.net_fen) for r in rows], strict=True)
    ]
    writer.writerow(["合计", city_code, day.isoformat(), "", f"{len(rows)}行", "", *(totals or [0, 0, 0, 0])])
    body = b"\xef\xbb\xbf" + text.getvalue().encode()
    return body + f"校验,SHA-256,{hashlib.sha256(body).hexdigest()}\r\n".encode()


def _plain(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
