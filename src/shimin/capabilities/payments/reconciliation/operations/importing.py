"""Take a gateway's statement: whole or not at all, once per content; a corrected one takes the earlier one's place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import connection

from shimin.capabilities.payments.public import (
    FINANCE,
    Gateway,
    GatewayRefused,
    StatementBroken,
    StatementRow,
    gateway,
)
from shimin.capabilities.payments.reconciliation.domain.day_files import BillerSender, find_sender, is_biller
from shimin.capabilities.payments.reconciliation.models import Statement
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput
from shimin.kernel.ids import new_id, new_ids

CHUNK = 5_000
LARGEST = 256_000_000  # bytes as they arrive
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('reconciliation'), hashtext(%s))"

# COPY is four times as quick as INSERT with arrays, and refused on tables with row-level security: so it fills a table
# of this transaction, and one INSERT, under the policies, takes the lines from there.
_STAGE = """
    CREATE TEMPORARY TABLE reconciliation_incoming (
        id bigint, line integer, document text, is_refund boolean, out_trade_no text, amount_fen bigint,
        happened_at timestamptz
    ) ON COMMIT DROP
"""
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_COPY = "COPY reconciliation_incoming FROM STDIN"
_IS_OURS = "(left(out_trade_no, 6) = %(city)s::text OR out_trade_no !~ '^[0-9]{25,27}$')"
_SUMS = f"""
    SELECT count(*) FILTER (WHERE is_ours), count(*) FILTER (WHERE NOT is_ours),
        coalesce(sum(amount_fen) FILTER (WHERE is_ours AND amount_fen > 0), 0)::bigint,
        coalesce(-sum(amount_fen) FILTER (WHERE is_ours AND amount_fen < 0), 0)::bigint,
        min(happened_at) FILTER (WHERE is_ours AND NOT (happened_at >= %(starts)s AND happened_at < %(ends)s))
    FROM (SELECT amount_fen, happened_at, {_IS_OURS} AS is_ours FROM reconciliation_incoming) incoming
"""  # noqa: S608 - constants only
_TAKE = f"""
    INSERT INTO reconciliation_statement_line
        (id, statement_id, city_code, line, document, is_refund, out_trade_no, amount_fen, happened_at)
    SELECT id, %(statement)s::bigint, %(city)s::text, line, document, is_refund, out_trade_no, amount_fen, happened_at
    FROM reconciliation_incoming WHERE {_IS_OURS}
"""  # noqa: S608 - constants only


class StatementRefused(Conflict):
    """The file cannot be read, or is not of the day; ``faults`` are (line, words)."""

    code = "statement_refused"
    status = 422
    message = "账单没有导入：有读不懂的地方。"
    mend = "请向对方要整份账单，重新导入，不要手工修改。"

    def __init__(self, faults: tuple[tuple[int, str], ...]) -> None:
        where = "；".join(f"第{line}行：{words}" if line else words for line, words in faults[:3])
        super().__init__(f"账单没有导入。{where}")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Imported:
    """``is_new`` False: the very same file was there already and nothing changed."""

    statement_id: int
    line_count: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    lines: int
    others: int
    in_fen: int
    out_fen: int
    first_of_another_day: datetime | None


def import_statement(
    *, actor: Actor, city_code: str, gateway_code: str, day: date, content: bytes, now: datetime
) -> Imported:
    """Import a file of one day for one city, as a finance officer of it or as the worker.

    Lines under numbers of other cities are counted and left out. Lines under no number of ours stay in: they are to be
    explained. The same content again changes nothing; another content of the day replaces the earlier one.

    Raises:
        InvalidInput: no such gateway, a file that is too large, a day to come.
        StatementRefused: see the class; the refusal and its faults are kept.
    """
    require_no_transaction()
    sender = _check(actor, city_code, gateway_code, day, content, now)
    key = hashlib.sha256(content).digest()
    try:
        with scope(actor):
            return _import(actor, sender, city_code, day, content, key, now)
    except StatementBroken as broken:
        _keep_refusal(actor, city_code, gateway_code, day, key, broken, now)
        raise StatementRefused(broken.faults) from None


def _check(
    actor: Actor, city_code: str, gateway_code: str, day: date, content: bytes, now: datetime
) -> Gateway | BillerSender:
    if actor.is_signed_in and not actor.has_role(FINANCE):
        raise Forbidden
    faults: dict[str, str] = {}
    if len(content) > LARGEST:
        faults["file"] = "文件太大，请按天导入。"
    if not content:
        faults["file"] = "文件是空的。"
    if day > local_date(now):
        faults["day"] = "这一天还没有到。"
    try:
        sender = _sender(city_code, gateway_code, day)
    except KeyError:
        raise InvalidInput(fields={"gateway": "请选择支付机构。"}) from None
    if faults:
        raise InvalidInput(fields=faults)
    return sender


def _sender(city_code: str, code: str, day: date) -> Gateway | BillerSender:
    if not is_biller(code):
        return gateway(code)
    sender = find_sender(code, day)
    if sender is None or sender.biller.city_code != city_code:
        raise KeyError(code)
    return sender


def _import(
    actor: Actor, sender: Gateway | BillerSender, city_code: str, day: date, content: bytes, key: bytes, now: datetime
) -> Imported:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"{city_code}{sender.code}{day}"])
    known = Statement.objects.filter(city_code=city_code, gateway=sender.code, day=day, content_hash=key).first()
    if known is not None and known.state == "current":
        return Imported(known.id, known.line_count, False)
    statement_id = known.id if known is not None and known.state == "replaced" else new_id()
    if known is None or known.state == "refused":
        statement = known or Statement(
            id=statement_id, city_code=city_code, gateway=sender.code, day=day, content_hash=key
        )
        statement_id = statement.id
        statement.state, statement.imported_at, statement.imported_by_id = "replaced", now, actor.account_id
        statement.faults = []
        statement.save()
        sums = _write_lines(statement_id, city_code, day, sender.read_statement(content))
        if sums.first_of_another_day is not None:
            wrong = local_date(sums.first_of_another_day)
            raise StatementBroken([(0, f"账单里有{wrong:%-m月%-d日}的记录，不是{day:%-m月%-d日}的账单。")])
        Statement.objects.filter(id=statement_id).update(
            line_count=sums.lines, in_fen=sums.in_fen, out_fen=sums.out_fen, other_count=sums.others
        )
    Statement.objects.filter(city_code=city_code, gateway=sender.code, day=day, state="current").update(
        state="replaced"
    )
    Statement.objects.filter(id=statement_id).update(state="current")
    lines = Statement.objects.get(id=statement_id).line_count
    audit.record(
        actor=actor, action="reconciliation.import", target="statement", target_id=statement_id, now=now,
        city_code=city_code, details={"gateway": sender.code, "day": day.isoformat(), "lines": lines},
    )  # fmt: skip
    return Imported(statement_id, lines, True)


def _write_lines(statement_id: int, city_code: str, day: date, rows: Iterator[StatementRow]) -> _Sums:
    starts = datetime.combine(day, time(), CHINA)
    values: dict[str, Any] = {
        "statement": statement_id,
        "city": city_code,
        "starts": starts,
        "ends": starts + timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        if (broken := _stage(cursor, rows)) is not None:
            raise broken
        cursor.execute(_SUMS, values)
        sums = _Sums(*cursor.fetchone())
        cursor.execute(_TAKE, values)
        cursor.execute("DROP TABLE reconciliation_incoming")
    return sums


def _stage(cursor: Any, rows: Iterator[StatementRow]) -> StatementBroken | None:
    """Copy the rows. A broken file is returned, not raised: an exception would end the COPY as a database error."""
    with cursor.copy(_COPY) as copy:
        try:
            while chunk := list(islice(rows, CHUNK)):
                copy.write("".join(map(_copied, new_ids(len(chunk)), chunk)))
        except StatementBroken as broken:
            return broken
    return None


def _copied(line_id: int, row: StatementRow) -> str:
    """Return a row as COPY's text has it: half the time of ``write_row``."""
    line, trade_no, out_trade_no, refund_no, amount_fen, happened_at = row
    document = refund_no or trade_no
    if not (document.isalnum() and out_trade_no.isalnum()):
        document, out_trade_no = document.translate(_ESCAPES), out_trade_no.translate(_ESCAPES)
    is_refund = "t" if refund_no else "f"
    return f"{line_id}\t{line}\t{document}\t{is_refund}\t{out_trade_no}\t{amount_fen}\t{happened_at.isoformat()}\n"


def _keep_refusal(
    actor: Actor, city_code: str, gateway_code: str, day: date, key: bytes, broken: StatementBroken, now: datetime
) -> None:
    faults = [[line, words] for line, words in broken.faults]
    with scope(actor):
        Statement.objects.update_or_create(
            city_code=city_code, gateway=gateway_code, day=day, content_hash=key,
            defaults={
                "state": "refused", "faults": faults, "imported_at": now, "imported_by_id": actor.account_id,
            },
            create_defaults={
                "id": new_id(), "state": "refused", "faults": faults, "imported_at": now,
                "imported_by_id": actor.account_id,
            },
        )  # fmt: skip
        audit.record(
            actor=actor, action="reconciliation.import", target="statement", target_id=None, now=now,
            city_code=city_code, outcome=audit.Outcome.REFUSED,
            details={"gateway": gateway_code, "faults": len(faults)},
        )  # fmt: skip


def download_statement(*, actor: Actor, city_code: str, gateway_code: str, day: date, now: datetime) -> Imported | None:
    """Fetch a day's statement at the gateway and import it; None when the gateway has none yet.

    Raises:
        Unavailable: the gateway does not answer. StatementRefused, InvalidInput: see ``import_statement``.
    """
    require_no_transaction()
    _check(actor, city_code, gateway_code, day, b"-", now)
    try:
        content = gateway(gateway_code).statement(day)
    except GatewayRefused as refusal:
        structlog.get_logger("shimin.payments").info("reconciliation.no_statement", reason=refusal.reason)
        return None
    return import_statement(
        actor=actor, city_code=city_code, gateway_code=gateway_code, day=day, content=content, now=now
    )


def yesterday(now: datetime) -> date:
    """Return the last whole day."""
    return local_date(now) - timedelta(days=1)
