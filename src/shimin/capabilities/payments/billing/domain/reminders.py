"""When a bill is worth a message: some days before its last day, once more when that has passed; never at night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from shimin.capabilities.payments.billing.domain.bills import Bill
from shimin.kernel.clock import CHINA

DAYS_BEFORE = 5
LATEST_DAYS_AFTER = 30
LOOKS = time(9)


class Reminder(StrEnum):
    """What a message is about."""

    DUE = "due"
    OVERDUE = "overdue"


def next_look(now: datetime) -> datetime:
    """Return when an account is looked at again: at nine of the next day."""
    tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
    return datetime.combine(tomorrow, LOOKS, CHINA)


def reminder_for(bill: Bill, now: datetime) -> Reminder | None:
    """Return what a bill is worth saying today, None when nothing."""
    if bill.is_paid or bill.payable_fen <= 0:
        return None
    left = (bill.due_date - now.astimezone(CHINA).date()).days
    if 0 <= left <= DAYS_BEFORE:
        return Reminder.DUE
    return Reminder.OVERDUE if -LATEST_DAYS_AFTER <= left < 0 else None
