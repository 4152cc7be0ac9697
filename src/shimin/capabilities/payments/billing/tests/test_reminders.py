"""Reminders: once before a bill's day and once after, not at night, not when switched off, not twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.notices.public import is_quiet, list_notices
from shimin.capabilities.payments.billing.domain.reminders import Reminder, next_look, reminder_for
from shimin.capabilities.payments.billing.models import Reminder as ReminderRow
from shimin.capabilities.payments.billing.own_part import erase_bound
from shimin.capabilities.payments.billing.public import remind_due_accounts, set_reminders, unbind_account
from shimin.capabilities.payments.billing.tests.biller_system import WATER, bill
from shimin.capabilities.payments.billing.tests.test_billing import bind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)  # 10:00 in China, four days before the bill's day
NIGHT = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)  # 21:00


def titles(actor) -> list[str]:
    return [notice.title for notice in list_notices(actor) if notice.title.startswith("账单")]


def remind(now: datetime) -> int:
    return remind_due_accounts(now)


def refused(actor, statement: str) -> None:
    with scope(actor), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_tells_once_before_and_once_after(payer, billers):
    bind(payer.actor)
    assert remind(MORNING) == 1
    assert titles(payer.actor) == ["账单快到期了"]
    assert remind(MORNING + timedelta(hours=1)) == 0
    for days in range(1, 9):
        remind(MORNING + timedelta(days=days))
    assert sorted(titles(payer.actor)) == ["账单快到期了", "账单过了期限"]
    (first,) = [notice for notice in list_notices(payer.actor) if notice.title == "账单快到期了"]
    assert "“我家”的水费（2026年10月） ¥35.88，请在 11月30日前缴" in first.text
    assert WATER not in first.text


def test_is_silent_at_night_and_speaks_in_the_morning(payer, billers):
    bind(payer.actor)
    assert remind(NIGHT) == 0
    assert billers.asked == 1  # for the binding
    assert remind(MORNING + timedelta(days=1)) == 1


@pytest.mark.parametrize("change", ["paid", "off", "unbound", "down", "early"])
def test_says_nothing_when_there_is_nothing_to_say(payer, billers, change):
    bound_id = bind(payer.actor)
    now = MORNING
    if change == "paid":
        billers.bills[WATER] = [bill(WATER, is_paid=True)]
    elif change == "off":
        set_reminders(actor=payer.actor, bound_id=bound_id, reminds=False, now=now)
    elif change == "unbound":
        unbind_account(actor=payer.actor, bound_id=bound_id, now=now)
    elif change == "down":
        billers.is_down = True
    else:
        now = MORNING - timedelta(days=2)
    remind(now)
    assert titles(payer.actor) == []


def test_a_biller_that_was_down_is_asked_the_next_day(payer, billers):
    bind(payer.actor)
    billers.is_down = True
    remind(MORNING)
    billers.is_down = False
    assert remind(MORNING + timedelta(minutes=5)) == 0
    remind(MORNING + timedelta(days=1))
    assert titles(payer.actor) == ["账单快到期了"]


def test_only_the_owner_switches_reminders_and_changes_nothing_else(payer):
    bound_id, other = bind(payer.actor), make_resident(name="李明")
    with pytest.raises(NotFound):
        set_reminders(actor=other.actor, bound_id=bound_id, reminds=False, now=MORNING)
    with scope(other.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_bound_account SET reminds = false")
        assert cursor.rowcount == 0
    refused(payer.actor, "UPDATE billing_bound_account SET account_id = 1")
    refused(payer.actor, "SELECT 1 FROM billing_reminder")


def test_erasure_takes_what_was_told_of_too(payer):
    bind(payer.actor)
    remind(MORNING)
    assert erase_bound(payer.account_id, payer.person_id, MORNING) == 2
    assert not ReminderRow.objects.exists()


def test_the_page_switches_reminders(payer):
    browser = Client()
    browser.cookies["shimin_session"] = payer.token
    address = f"/bills/accounts/{bind(payer.actor)}"
    assert "不再提醒" in browser.get(address).content.decode()
    assert browser.post(f"{address}/reminders", {"reminds": "0"}).status_code == 302
    assert "到期前提醒我" in browser.get(address).content.decode()
    assert Client().post(f"{address}/reminders", {"reminds": "1"}).status_code in (302, 401)


@pytest.mark.parametrize(
    ("day", "about"),
    [(24, None), (25, Reminder.DUE), (30, Reminder.DUE)],
)
def test_the_days_before(day, about):
    assert reminder_for(bill(WATER), datetime(2026, 11, day, 4, tzinfo=UTC)) is about


def test_the_days_after_end():
    owed = replace(bill(WATER), due_date=date(2026, 10, 31))
    assert reminder_for(owed, datetime(2026, 11, 30, 4, tzinfo=UTC)) is Reminder.OVERDUE
    assert reminder_for(owed, datetime(2026, 12, 1, 4, tzinfo=UTC)) is None


def test_quiet_hours_are_chinas():
    assert [is_quiet(datetime(2026, 11, 26, hour, tzinfo=UTC)) for hour in (0, 1, 11, 12, 23)] == [
        True, False, False, True, True,
    ]  # fmt: skip
    assert next_look(MORNING) == datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
