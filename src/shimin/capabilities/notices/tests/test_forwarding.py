"""Told by text as one chose: once, together, not at night, few a day, nothing personal in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.notices.domain import MOST_TEXTS_A_DAY, next_morning
from shimin.capabilities.notices.models import TEXT, TEXT_PHONE, Forwarding, Notice, TextMessage
from shimin.capabilities.notices.ports import NoTextChannel
from shimin.capabilities.notices.public import Way, choose_way, erase_notices, forward_due, send_notice, way_of
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)  # 21:00 in China
MORNING = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)  # 9:00


@pytest.fixture(autouse=True)
def a_way_out(settings):
    settings.SHIMIN = replace(settings.SHIMIN, demo=True)


def tell(resident, at=NOON, template="identity.new_device"):
    values = {"device": "Chrome", "network": "113.240.*.*"} if template == "identity.new_device" else {}
    with scope(SYSTEM):
        return send_notice(account_id=resident.account_id, template=template, values=values, now=at)


def texts():
    rows = TextMessage.objects.filter(template="notices.forwarded").order_by("id")
    return [decrypt(bytes(row.text), context=TEXT) for row in rows]


def test_nobody_is_texted_unasked():
    resident = make_resident()
    tell(resident)
    assert forward_due(NOON) == 0
    assert way_of(resident.actor) is Way.INBOX


def test_at_once_tells_of_all_together_and_once():
    resident = make_resident()
    tell(resident, NOON - timedelta(hours=1))  # before the choice: not told of
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    tell(resident)
    tell(resident)
    assert forward_due(NOON) == 1
    assert forward_due(NOON + timedelta(minutes=5)) == 0
    (text,) = texts()
    assert "2条新消息" in text
    assert "113.240" not in text
    row = TextMessage.objects.get()
    assert decrypt(bytes(row.phone), context=TEXT_PHONE) == resident.phone
    tell(resident, NOON + timedelta(minutes=6))
    assert forward_due(NOON + timedelta(minutes=7)) == 1
    assert "1条新消息" in texts()[1]


def test_what_was_read_meanwhile_is_not_told_of():
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    tell(resident)
    Notice.objects.update(read_at=NOON)
    assert forward_due(NOON) == 0
    assert texts() == []


def test_nights_are_quiet():
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    tell(resident, NIGHT)
    assert forward_due(NIGHT) == 0
    assert forward_due(MORNING) == 1


def test_one_text_each_morning():
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.DAILY, now=NOON)
    for hours in (0, 1, 9):
        tell(resident, NOON + timedelta(hours=hours))
    assert forward_due(NOON + timedelta(hours=2)) == 0
    assert forward_due(MORNING) == 1
    assert "3条新消息" in texts()[0]


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_database_knows_the_same_morning(hour):
    resident, at = make_resident(), datetime(2026, 11, 26, hour, 30, tzinfo=UTC)
    choose_way(actor=resident.actor, way=Way.DAILY, now=at)
    tell(resident, at)
    assert Forwarding.objects.get().due_at == next_morning(at)


def test_few_texts_a_day_and_the_rest_in_the_morning():
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    for minute in range(MOST_TEXTS_A_DAY + 2):
        tell(resident, NOON + timedelta(minutes=minute))
        forward_due(NOON + timedelta(minutes=minute))
    assert len(texts()) == MOST_TEXTS_A_DAY
    assert forward_due(MORNING) == 1
    assert "2条新消息" in texts()[-1]


def test_a_choice_can_be_taken_back():
    resident = make_resident()
    choose_way(actor=resident.actor, way=Way.AT_ONCE, now=NOON)
    tell(resident)
    choose_way(actor=resident.actor, way=Way.INBOX, now=NOON)
    assert forward_due(NOON) == 0
    assert not Forwarding.objects.exists()


def test_without_a_gateway_nothing_is_promised(settings):
    settings.SHIMIN = replace(settings.SHIMIN, demo=False)
    resident = make_resident()
    with pytest.raises(NoTextChannel):
        choose_way(actor=resident.actor, way=Way.DAILY, now=NOON)
    with pytest.raises(SignInRequired):
        choose_way(actor=ANONYMOUS, way=Way.INBOX, now=NOON)


def test_the_choice_is_ones_own():
    resident, other = make_resident(), make_resident()
    choose_way(actor=resident.actor, way=Way.DAILY, now=NOON)
    with scope(other.actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_forwarding")
        assert cursor.fetchone() == (0,)
        cursor.execute("DELETE FROM notices_forwarding")
        assert cursor.rowcount == 0
    with scope(other.actor), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_forwarding (account_id, way, since_at, texts) VALUES (%s, 'daily', now(), 0)",
            [resident.account_id + 1],
        )
    with scope(SYSTEM):
        erase_notices(account_id=resident.account_id)
    assert not Forwarding.objects.exists()


def test_the_page_and_the_api_take_the_choice():
    resident = make_resident()
    browser = Client()
    browser.cookies["shimin_session"] = resident.token
    assert "新消息怎么告诉您" in browser.get("/me/inbox/ways").content.decode()
    assert browser.post("/me/inbox/ways", {"way": "daily"}).status_code == 303
    assert way_of(resident.actor) is Way.DAILY
    assert browser.post("/me/inbox/ways", {"way": "fax"}).status_code == 422
    assert Client().get("/me/inbox/ways").status_code == 302
