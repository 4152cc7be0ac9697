"""Issue a voucher for a line of public money, and take it back by a red one when its money goes back.

The vouchers of a line follow from the books: what its agency has taken, less what went back, is what its one valid
voucher says. Asked again, nothing changes; so it does not matter how often, or in which order, news of it come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.payments.dues.public import KIND as DUE
from shimin.capabilities.payments.dues.public import find_by_code, items
from shimin.capabilities.payments.models import OrderLine, Refund
from shimin.capabilities.payments.public import LineState, RefundStage
from shimin.capabilities.payments.vouchers.domain.forms import BLOCK, MOST, VoucherKind, kind_for
from shimin.capabilities.payments.vouchers.models import Voucher
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.ids import new_id

_TAKEN = (LineState.SETTLED, LineState.REFUNDED)
_NEXT = """
    UPDATE vouchers_batch SET used = used + 1
    WHERE city_code = %(city)s AND agency_id = %(agency)s AND code = %(code)s AND used < %(block)s
    RETURNING id, first_number + used - 1
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('vouchers.batch'), hashtext(%(code)s))"
_OPEN = """
    INSERT INTO vouchers_batch (id, city_code, agency_id, code, first_number, used, opened_at)
    SELECT %(id)s::bigint, %(city)s::text, %(agency)s::bigint, %(code)s::text,
        coalesce(max(first_number) + %(block)s::integer, 1), 0, %(now)s::timestamptz
    FROM vouchers_batch WHERE city_code = %(city)s AND code = %(code)s
"""


class NumbersUsedUp(RuntimeError):
    """A code has ten thousand million numbers a year; they are gone."""


@dataclass(frozen=True, slots=True)
class _Number:
    batch_id: int
    code: str
    number: int


def renew_vouchers(*, line_id: int, now: datetime) -> int:
    """Bring a line's vouchers to what the books say and return how many were issued. The worker calls it.

    A partial refund takes the voucher back as a whole and issues another one for the rest.
    """
    with scope(SYSTEM):
        line = OrderLine.objects.select_for_update(of=("self",)).select_related("order").get(id=line_id)
        kind = kind_for(line.city_code, line.item_code)
        if kind is None or line.agency_id is None:
            return 0
        valid = Voucher.objects.filter(
            city_code=line.city_code, line_id=line.id, reverses__isnull=True, reversed_at__isnull=True
        ).first()
        owed = _taken_fen(line)
        if owed == (valid.amount_fen if valid else 0):
            return 0
        issued = 0
        if valid is not None:
            _reverse(valid, kind, now)
            issued += 1
        if owed:
            _issue(line, kind, owed, now)
            issued += 1
    return issued


def _taken_fen(line: OrderLine) -> int:
    if line.state not in _TAKEN:
        return 0
    done = Refund.objects.filter(line_id=line.id, stage=RefundStage.DONE).aggregate(fen=Sum("amount_fen"))
    return line.amount_fen - (done["fen"] or 0)


def _issue(line: OrderLine, kind: VoucherKind, amount_fen: int, now: datetime) -> None:
    order = line.order
    assert line.agency_id is not None, "renew_vouchers has looked"
    assert order.captured_at is not None, "the line's agency has taken the money"
    agency = next((each for each in list_agencies(line.city_code) if each.id == line.agency_id), None)
    number = _next_number(line.city_code, line.agency_id, kind.code(now.astimezone(CHINA).year), now)
    payment_code, payer = _payer(line)
    _save(
        Voucher(
            id=new_id(), city_code=line.city_code, batch_id=number.batch_id, code=number.code, number=number.number,
            kind_title=kind.title, agency_id=line.agency_id, agency_name=line.payee_name,
            agency_uscc=agency.uscc if agency else "", item_code=line.item_code,
            item_title=items().get(line.item_code, line.title), title=line.title, payment_code=payment_code,
            payer_masked=payer, amount_fen=amount_fen, order_id=order.id, order_number=order.number, line_id=line.id,
            paid_at=order.captured_at, issued_at=now,
        ),
        "vouchers.issue", now,
    )  # fmt: skip


def _reverse(valid: Voucher, kind: VoucherKind, now: datetime) -> None:
    number = _next_number(valid.city_code, valid.agency_id, kind.code(now.astimezone(CHINA).year), now)
    Voucher.objects.filter(id=valid.id).update(reversed_at=now)
    copied = {
        field.attname: getattr(valid, field.attname)
        for field in Voucher._meta.concrete_fields
        if field.attname not in ("id", "batch_id", "code", "number", "issued_at", "reverses_id", "reversed_at")
    }
    red = Voucher(
        id=new_id(), batch_id=number.batch_id, code=number.code, number=number.number, issued_at=now,
        reverses_id=valid.id, **copied,
    )  # fmt: skip
    _save(red, "vouchers.reverse", now)


def _save(voucher: Voucher, action: str, now: datetime) -> None:
    voucher.save(force_insert=True)
    audit.record(
        actor=SYSTEM, action=action, target="voucher", target_id=voucher.id, now=now, city_code=voucher.city_code,
        details={"code": voucher.code, "number": voucher.number, "fen": voucher.amount_fen, "line": voucher.line_id},
    )  # fmt: skip


def _payer(line: OrderLine) -> tuple[str, str]:
    """Return payment code and masked payer of a notice; of other debts the platform knows no debtor."""
    if line.payable_kind != DUE:
        return "", ""
    try:
        return line.payable_ref, find_by_code(actor=SYSTEM, code=line.payable_ref).payer_masked
    except NotFound:
        return line.payable_ref, ""


def _next_number(city_code: str, agency_id: int, code: str, now: datetime) -> _Number:
    """Take the agency's next number; it is taken for good only when the voucher's transaction commits, so none is lost.

    Until then others of the agency wait at the block's row.
    """
    values: dict[str, Any] = {
        "city": city_code,
        "agency": agency_id,
        "code": code,
        "block": BLOCK,
        "now": now,
        "id": new_id(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, values)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_LOCK, values)
            cursor.execute(_NEXT, values)  # somebody may have opened a block while we waited
            row = cursor.fetchone()
        if row is None:
            cursor.execute(_OPEN, values)
            cursor.execute(_NEXT, values)
            row = cursor.fetchone()
    batch_id, number = row
    if number > MOST:
        raise NumbersUsedUp(code)
    return _Number(batch_id, code, number)
