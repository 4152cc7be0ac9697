"""Book what an act saved, and book it back when the act is taken back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection

from shimin.capabilities.indicators.domain.green import Reason, carbon_factors, find_factor
from shimin.capabilities.indicators.models import GreenEntry
from shimin.capabilities.payments.public import OrderView, get_order
from shimin.kernel import clock

_PAY = "pay"


def credit_payment(*, order_id: int, occurred_at: datetime) -> None:
    """Book the entry of a paid order, in the caller's transaction; who paid without an account has none.

    Idempotent. Every payment gets an entry: one of 0 grams says why.
    """
    order = get_order(order_id)
    if order.payer_account_id is None:
        return
    _lock(order.payer_account_id)
    entries = GreenEntry.objects.filter(account_id=order.payer_account_id)
    if entries.filter(ref=_ref(order_id)).exclude(reason=Reason.REVERSED).exists():
        return
    day = clock.local_date(occurred_at)
    factor = find_factor(
        carbon_factors(), act=_PAY, purpose=order.purpose, day=day,
        with_reference=settings.SHIMIN.green_reference,
    )  # fmt: skip
    if factor is None:
        _write(order, "", 0, Reason.NO_FACTOR, occurred_at)
        return
    today = entries.filter(day=day, factor=factor.key, reason=Reason.COUNTED).count()
    if today >= factor.most_a_day:
        _write(order, factor.key, 0, Reason.CAPPED, occurred_at)
    else:
        _write(order, factor.key, factor.grams, Reason.COUNTED, occurred_at)


def reverse_payment(*, order_id: int, occurred_at: datetime) -> None:
    """Book back what a payment had saved that went back as a whole, in the caller's transaction. Idempotent."""
    order = get_order(order_id)
    if order.payer_account_id is None:
        return
    _lock(order.payer_account_id)
    entries = GreenEntry.objects.filter(account_id=order.payer_account_id, ref=_ref(order_id))
    credit = entries.filter(reason=Reason.COUNTED).first()
    if credit is not None and not entries.filter(reason=Reason.REVERSED).exists():
        _write(order, credit.factor, -credit.grams, Reason.REVERSED, occurred_at)


def erase_green(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete an account's entries; return how many."""
    gone, _ = GreenEntry.objects.filter(account_id=account_id).delete()
    return gone


def _lock(account_id: int) -> None:
    """Let one entry of an account be booked at a time: the day's limit is counted before it is used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('indicators_green_entry'), %s)", [account_id % 2**31])


def _write(order: OrderView, factor: str, grams: int, reason: Reason, occurred_at: datetime) -> None:
    assert order.payer_account_id is not None
    GreenEntry.objects.create(
        account_id=order.payer_account_id, city_code=order.city_code, day=clock.local_date(occurred_at), act=_PAY,
        title=order.title, ref=_ref(order.order_id), factor=factor, grams=grams, reason=reason,
        occurred_at=occurred_at,
    )  # fmt: skip


def _ref(order_id: int) -> str:
    return f"order:{order_id}"
