"""End a difference by hand, and close a day."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import IntegrityError

from shimin.capabilities.payments.public import FINANCE
from shimin.capabilities.payments.reconciliation.domain.differences import LONGEST_WORDS, Kind
from shimin.capabilities.payments.reconciliation.models import DayClose, Difference
from shimin.capabilities.payments.reconciliation.operations.comparing import compare_day, ways_of
from shimin.capabilities.payments.reconciliation.queries.biller_days import biller_codes
from shimin.capabilities.payments.reconciliation.queries.days import gateways_of_day, is_closed, missing_statements
from shimin.capabilities.payments.reconciliation.queries.settlement import settlement, treasury_file
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id


class DifferenceClosed(Conflict):
    """Somebody, or a later comparison, has closed it."""

    code = "difference_closed"
    message = "这条差异已经处理过。"
    mend = "请刷新页面，看看最新情况。"


class DayNotReady(Conflict):
    """Something of the day is missing or open; ``message`` says what."""

    code = "day_not_ready"
    mend = "处理完后再日结。"


class DayClosed(Conflict):
    """The day is closed: its sums stay as they are."""

    code = "day_closed"
    message = "这一天已经日结。"
    mend = "国库入账文件可以随时下载。"


def close_difference(*, actor: Actor, difference_id: int, way: str, words: str, now: datetime) -> date:
    """End a difference with what was found out, and return its day. It opens again if its sums change.

    Raises:
        NotFound: none in the officer's city. DifferenceClosed: see the class. InvalidInput: the way or the words.
    """
    if not actor.has_role(FINANCE):
        raise Forbidden
    words = words.strip()
    with scope(actor):
        found = Difference.objects.select_for_update().filter(id=difference_id).first()
        if found is None:
            raise NotFound
        if found.state != "open":
            raise DifferenceClosed
        faults = {}
        if way not in [str(each) for each in ways_of(Kind(found.difference_kind))]:
            faults["way"] = "请选择怎样处理的。"
        if not 1 <= len(words) <= LONGEST_WORDS:
            faults["words"] = f"请写明依据（{LONGEST_WORDS}字以内），例如支付机构的答复编号。"
        if faults:
            raise InvalidInput(fields=faults)
        found.state, found.way, found.words = "closed", way, words
        found.closed_at, found.closed_by_id = now, actor.account_id
        found.save(update_fields=["state", "way", "words", "closed_at", "closed_by_id"])
        audit.record(
            actor=actor, action="reconciliation.close_difference", target="difference", target_id=found.id, now=now,
            city_code=found.city_code, details={"kind": found.difference_kind, "way": way},
        )  # fmt: skip
    return found.day


def close_day(*, actor: Actor, city_code: str, day: date, now: datetime) -> None:
    """Close a day that is over: every gateway's statement is there, each difference has ended. Compares once more.

    Raises:
        DayNotReady, DayClosed: see the classes.
    """
    if not actor.has_role(FINANCE) or actor.account_id is None:
        raise Forbidden
    if day >= local_date(now):
        raise DayNotReady("这一天还没有结束。", mend="请在零点以后、账单出来了再日结。")
    with scope(actor):
        if is_closed(city_code, day):
            raise DayClosed
        if missing := missing_statements(city_code, day):
            raise DayNotReady(f"还缺{'、'.join(missing)}的账单。", mend="请先导入账单。")
    still = 0
    for code in gateways_of_day(actor, city_code, day):
        still += compare_day(actor=actor, city_code=city_code, gateway_code=code, day=day, now=now).open
    with scope(actor):
        codes = biller_codes(city_code, day)
    for code in codes:
        still += compare_day(actor=actor, city_code=city_code, gateway_code=code, day=day, now=now).open
    if still:
        raise DayNotReady(f"还有{still}条差异没有处理。")
    with scope(actor):
        rows = settlement(city_code, day)
        file = treasury_file(city_code, day, rows)
        close = DayClose(
            id=new_id(), city_code=city_code, day=day, captured_fen=sum(row.captured_fen for row in rows),
            refunded_fen=sum(row.refunded_fen for row in rows), net_fen=sum(row.net_fen for row in rows),
            treasury_hash=hashlib.sha256(file).digest(), closed_by_id=actor.account_id, closed_at=now,
        )  # fmt: skip
        try:
            close.save(force_insert=True)
        except IntegrityError as error:
            raise DayClosed from error
        audit.record(
            actor=actor, action="reconciliation.close_day", target="day", target_id=close.id, now=now,
            city_code=city_code, details={"day": day.isoformat(), "net_fen": close.net_fen},
        )  # fmt: skip
