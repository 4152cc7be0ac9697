"""Billers' day files, T+1: fetch and import theirs, send ours, keep what they answer, compare."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from shimin.capabilities.payments.ports import BillerFinding, FileDifference, FileTooLarge, biller_files
from shimin.capabilities.payments.public import FINANCE
from shimin.capabilities.payments.reconciliation.domain.day_files import BillerSender, find_sender, write_file
from shimin.capabilities.payments.reconciliation.models import BillerAnswer
from shimin.capabilities.payments.reconciliation.operations.comparing import Outcome, compare_day
from shimin.capabilities.payments.reconciliation.operations.importing import Imported, import_statement
from shimin.capabilities.payments.reconciliation.queries.biller_days import biller_codes, list_file_lines
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.clock import local_date
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id


class FileTooLong(Conflict):
    """The biller's system does not take our file."""

    code = "biller_file_too_long"
    message = "这一天的笔数太多，收费单位的系统收不下整份文件。"
    mend = "请下载文件，用别的办法交给收费单位。"


def fetch_biller_file(*, actor: Actor, city_code: str, code: str, day: date, now: datetime) -> Imported:
    """Fetch a biller's file of a day and import it like a statement.

    Raises:
        NotFound: no such biller in the city. Unavailable: it does not answer.
        StatementRefused, InvalidInput: see ``import_statement``.
    """
    require_no_transaction()
    biller = _sender(actor, city_code, code, day, now).biller
    content = biller_files().fetch(system=biller.system, utility=biller.kind, day=day)
    return import_statement(actor=actor, city_code=city_code, gateway_code=code, day=day, content=content, now=now)


def own_file(*, actor: Actor, city_code: str, code: str, day: date, now: datetime) -> bytes:
    """Return the platform's file of a day for a biller, in the biller's character set.

    Raises:
        NotFound: no such biller in the city.
    """
    sender = _sender(actor, city_code, code, day, now)
    with scope(actor):
        return write_file(list_file_lines(city_code, code, day), sender.biller, day)


def send_own_file(*, actor: Actor, city_code: str, code: str, day: date, now: datetime) -> tuple[BillerFinding, ...]:
    """Give a biller our file of a day, keep what it answers, and return it. Sent again, the answer is the newest.

    Raises:
        NotFound: no such biller in the city. Unavailable: it does not answer. FileTooLong: see the class.
    """
    require_no_transaction()
    biller = _sender(actor, city_code, code, day, now).biller
    content = own_file(actor=actor, city_code=city_code, code=code, day=day, now=now)
    try:
        findings = biller_files().check(system=biller.system, utility=biller.kind, day=day, content=content)
    except FileTooLarge:
        raise FileTooLong from None
    kept = [
        {
            "line": each.line, "bill": each.bill_number, "difference": str(each.difference),
            "booked_fen": each.booked_fen, "told_fen": each.told_fen,
        }
        for each in findings
    ]  # fmt: skip
    with scope(actor):
        BillerAnswer.objects.update_or_create(
            city_code=city_code, biller=code, day=day,
            defaults={"content_hash": hashlib.sha256(content).digest(), "findings": kept, "sent_at": now},
            create_defaults={
                "id": new_id(), "content_hash": hashlib.sha256(content).digest(), "findings": kept, "sent_at": now,
            },
        )  # fmt: skip
        audit.record(
            actor=actor, action="reconciliation.send_file", target="day", target_id=None, now=now, city_code=city_code,
            details={"biller": code, "day": day.isoformat(), "findings": len(kept)},
        )  # fmt: skip
    return findings


def reconcile_biller(*, actor: Actor, city_code: str, code: str, day: date, now: datetime) -> Outcome:
    """Fetch a biller's file, compare, and give it ours: what the worker does each day."""
    fetch_biller_file(actor=actor, city_code=city_code, code=code, day=day, now=now)
    outcome = compare_day(actor=actor, city_code=city_code, gateway_code=code, day=day, now=now)
    send_own_file(actor=actor, city_code=city_code, code=code, day=day, now=now)
    return outcome


def billers_of_day(*, actor: Actor, city_code: str, day: date) -> list[str]:
    """Return the billers that have a payment or a file of a day."""
    with scope(actor):
        return biller_codes(city_code, day)


def _sender(actor: Actor, city_code: str, code: str, day: date, now: datetime) -> BillerSender:
    if actor.is_signed_in and not actor.has_role(FINANCE):
        raise Forbidden
    if day > local_date(now):
        raise InvalidInput(fields={"day": "这一天还没有到。"})
    sender = find_sender(code, day)
    if sender is None or sender.biller.city_code != city_code:
        raise NotFound
    return sender


FINDING_WORDS: dict[FileDifference, str] = {
    FileDifference.NOT_BOOKED: "我方文件有，对方没有入账",
    FileDifference.NOT_IN_FILE: "对方已入账，我方文件没有",
    FileDifference.WRONG_AMOUNT: "金额不同",
    FileDifference.WRONG_STATE: "一方记销账，另一方记冲正",
    FileDifference.UNREADABLE: "对方读不懂我方文件",
}
