"""Remind people of bills: billers are asked once a day, each bill is told of once before and once after its day."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.notices.public import is_quiet, send_notice
from shimin.capabilities.payments.billing.domain.billers import find_biller
from shimin.capabilities.payments.billing.domain.bills import Bill, ref_of
from shimin.capabilities.payments.billing.domain.reminders import Reminder, next_look, reminder_for
from shimin.capabilities.payments.billing.models import BoundAccount
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.capabilities.payments.billing.queries.bound import CONTEXT, get_bound_for
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import blind_index, decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.money import format_fen

BATCH = 20
log = structlog.get_logger("shimin.billing")

# Leased until tomorrow before the biller is asked: a worker that dies costs a day's look, not a second message.
_LEASE = """
    UPDATE billing_bound_account SET remind_after = %s WHERE id IN (
        SELECT id FROM billing_bound_account WHERE reminds AND remind_after <= %s
        ORDER BY remind_after LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""
_NOTE = """
    INSERT INTO billing_reminder (id, account_id, bill_hash, about, told_at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (account_id, bill_hash, about) DO NOTHING
"""


def remind_due_accounts(now: datetime, *, limit: int = BATCH) -> int:
    """Look at accounts that are due and return how many; the worker calls it. At night nobody is reminded."""
    if is_quiet(now):
        return 0
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_LEASE, [next_look(now), now, limit])
            ids = [bound_id for (bound_id,) in cursor.fetchall()]
        accounts = list(BoundAccount.objects.filter(id__in=ids).order_by("id"))
    for account in accounts:
        _look(account, now)
    return len(accounts)


def _look(account: BoundAccount, now: datetime) -> None:
    biller = find_biller(account.biller_code)
    number = decrypt(bytes(account.number_sealed), context=CONTEXT)
    try:
        bills = biller_system().list_bills(biller, number)
    except Unavailable as error:  # tomorrow is early enough: the first look is days before
        log.warning("billing.reminder_not_asked", biller=biller.code, code=error.code)
        return
    for bill in bills:
        about = reminder_for(bill, now)
        if about is not None:
            _tell(account, bill, about, now)


def _tell(account: BoundAccount, bill: Bill, about: Reminder, now: datetime) -> None:
    biller = find_biller(account.biller_code)
    bill_hash = blind_index(ref_of(biller.code, bill.number), context="billing.reminder")
    values = {
        "home": account.home, "title": f"{biller.title}（{bill.month_words}）", "amount": format_fen(bill.payable_fen),
        "day": f"{bill.due_date:%-m月%-d日}",
    }  # fmt: skip
    with scope(SYSTEM), connection.cursor() as cursor:
        # Locked: who unbinds or switches reminders off at this moment is not told afterwards.
        if not BoundAccount.objects.select_for_update().filter(id=account.id, reminds=True).exists():
            return
        cursor.execute(_NOTE, [new_id(), account.account_id, bill_hash, str(about), now])
        if cursor.rowcount:
            send_notice(account_id=account.account_id, template=f"billing.{about}", values=values, now=now)


def set_reminders(*, actor: Actor, bound_id: int, reminds: bool, now: datetime) -> None:
    """Switch the reminders of an account on or off. The same again changes nothing.

    Raises:
        NotFound: it is not there, or another's.
    """
    bound = get_bound_for(actor=actor, bound_id=bound_id)
    with scope(actor):
        changed = BoundAccount.objects.filter(id=bound_id).exclude(reminds=reminds).update(reminds=reminds)
        if changed:
            audit.record(
                actor=actor, action="billing.set_reminders", target="bound_account", target_id=bound_id, now=now,
                city_code=bound.biller.city_code, details={"reminds": reminds},
            )  # fmt: skip
