"""Letters about the board: to confirmed addresses of those who are still supervisors, once for each change."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction

from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.identity.models import StaffGrant
from shimin.capabilities.identity.tests.factories import make_officer
from shimin.capabilities.indicators.models import BandAlert, Subscription
from shimin.capabilities.indicators.models.watching import CODE
from shimin.capabilities.indicators.public import (
    CodeWrong,
    Topic,
    confirm_subscription,
    erase_subscriptions,
    export_subscriptions,
    list_alerts,
    list_subscriptions,
    send_weekly,
    subscribe,
    unsubscribe,
    watch_bands,
)
from shimin.capabilities.notices.models import LETTER, LETTER_TO, Letter
from shimin.capabilities.notices.public import NoMailChannel
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, RESIDENT, found_city, leave_city
from shimin.kernel.actor import SYSTEM, Actor, ActorKind, Grant
from shimin.kernel.clock import CHINA
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound, TooManyRequests
from shimin.kernel.ids import new_id
from shimin.kernel.testing import officer

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=CHINA)  # a Friday
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=CHINA)


@pytest.fixture
def boss(db, settings):
    """A supervisor with an account, in a demo: letters go to its message box."""
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)
    load_reference(now=NOW)
    found_city()
    return supervisor()


def supervisor(login="boss"):
    opened = make_officer(SUPERVISOR, login=login, region_code=CITY, now=NOW)
    return Actor(ActorKind.STAFF, account_id=opened.actor.account_id, grants=(Grant(SUPERVISOR, None, CITY),))


def letters():
    return [
        (decrypt(bytes(row.recipient), context=LETTER_TO), row.subject, decrypt(bytes(row.text), context=LETTER))
        for row in Letter.objects.order_by("id")
        if row.template != "indicators.confirm_subscription"
    ]


def code_of(subscription_id):
    return decrypt(bytes(Subscription.objects.get(id=subscription_id).code), context=CODE)


def subscribed(actor, topic=Topic.ALERTS, recipient="duban@city.example.cn"):
    subscription_id = subscribe(actor=actor, city_code=CITY, topic=topic, recipient=recipient, now=NOW)
    confirm_subscription(actor=actor, subscription_id=subscription_id, code=code_of(subscription_id), now=NOW)
    return subscription_id


def file_late(days=9):
    return ServiceRequest.objects.create(
        city_code=CITY, number=str(new_id())[:19], request_kind="help", title="路灯", words="路灯坏了", clock={},
        state="in_progress", agency_id=LIGHTS, filed_at=NOW - timedelta(days=20), due_at=NOW - timedelta(days=days),
    )  # fmt: skip


def test_a_figure_that_leaves_its_band_is_told_once_and_its_return_once(boss):
    subscribed(boss)
    late = file_late()
    assert (watch_bands(NOW), watch_bands(NOW + timedelta(minutes=10))) == (1, 0)
    ((recipient, subject, text),) = letters()
    assert (recipient, subject) == ("duban@city.example.cn", "长沙市：红牌1件，超出范围")
    assert text.splitlines()[0] == "长沙市最近30天的红牌是1件，目标不高于0。"
    assert text.endswith("/desk/board")
    late.state, late.due_at = "in_progress", NOW + timedelta(days=20)
    late.save()
    assert (watch_bands(NOW), watch_bands(NOW)) == (1, 0)
    assert letters()[1][1] == "长沙市：红牌0件，回到范围"
    with scope(boss):
        (alert,) = list_alerts(actor=boss, city_code=CITY)
    assert (alert.figure, alert.side, alert.value, alert.ended_at) == ("red", "high", 1, NOW)


def test_rates_of_few_requests_alarm_nobody(boss):
    subscribed(boss)
    for _ in range(10):
        assert watch_bands(NOW) == 0
        filed_at = NOW - timedelta(days=20)
        ServiceRequest.objects.create(
            city_code=CITY, number=str(new_id())[:19], request_kind="help", title="路灯", words="坏了", clock={},
            state="answered", agency_id=LIGHTS, filed_at=filed_at, due_at=filed_at + timedelta(days=1), answer="好了",
            answered_at=filed_at + timedelta(days=2),
        )  # fmt: skip
    assert watch_bands(NOW) == 1
    assert letters()[0][1] == "长沙市：响应率0.0%，超出范围"


def test_nothing_goes_before_the_address_is_confirmed_or_after_the_role_has_ended(boss):
    file_late()
    subscription_id = subscribe(actor=boss, city_code=CITY, topic=Topic.ALERTS, recipient="a@b.cn", now=NOW)
    assert (watch_bands(NOW), letters()) == (0, [])
    confirm_subscription(actor=boss, subscription_id=subscription_id, code=code_of(subscription_id), now=NOW)
    StaffGrant.objects.filter(account_id=boss.account_id).update(ends_at=NOW)
    assert (watch_bands(NOW), letters()) == (1, [])


def test_a_wrong_or_old_code_confirms_nothing(boss):
    subscription_id = subscribe(actor=boss, city_code=CITY, topic=Topic.ALERTS, recipient="a@b.cn", now=NOW)
    code = code_of(subscription_id)

    def confirm(given, now=NOW, actor=boss):
        confirm_subscription(actor=actor, subscription_id=subscription_id, code=given, now=now)

    with pytest.raises(NotFound):
        confirm(code, actor=supervisor("other"))
    with pytest.raises(CodeWrong):
        confirm(code, now=NOW + timedelta(hours=24))
    for wrong in ("", "①②③④⑤⑥", "0" * 5000, "x"):
        with pytest.raises(CodeWrong):
            confirm(wrong)
    with pytest.raises(CodeWrong):
        confirm(code)  # the sixth try, though it is right
    with scope(boss):
        assert [each.is_confirmed for each in list_subscriptions(actor=boss, city_code=CITY)] == [False]


@pytest.mark.parametrize(
    "address", ["", "x", "a@", "a b@c.cn", "a@b.cn,c@d.cn", "a@b.cn\nBcc: c@d.cn", "a@" + "b" * 300]
)
def test_odd_addresses_are_refused_in_words(boss, address):
    with pytest.raises(InvalidInput) as refused:
        subscribe(actor=boss, city_code=CITY, topic=Topic.WEEKLY, recipient=address, now=NOW)
    assert set(refused.value.fields) == {"recipient"}
    assert not Letter.objects.exists()


def test_an_officer_cannot_flood_strangers(boss):
    for number in range(10):
        subscribe(actor=boss, city_code=CITY, topic=Topic.WEEKLY, recipient=f"a{number}@b.cn", now=NOW)
    with pytest.raises(TooManyRequests):
        subscribe(actor=boss, city_code=CITY, topic=Topic.WEEKLY, recipient="c@b.cn", now=NOW)


def test_who_may_not_subscribe(boss):
    for stranger in (
        RESIDENT,
        officer(SUPERVISOR, region_code="430200"),
        officer("indicators.analyst", region_code=CITY),
    ):
        with pytest.raises(NotFound):
            subscribe(actor=stranger, city_code=CITY, topic=Topic.WEEKLY, recipient="a@b.cn", now=NOW)
        with pytest.raises(NotFound):
            list_alerts(actor=stranger, city_code=CITY)


def test_without_a_way_out_nothing_is_promised(boss, settings):
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=False)
    with pytest.raises(NoMailChannel):
        subscribe(actor=boss, city_code=CITY, topic=Topic.WEEKLY, recipient="a@b.cn", now=NOW)
    assert not Subscription.objects.exists()


def test_the_weekly_letter_goes_once_on_monday(boss):
    subscribed(boss, Topic.WEEKLY)
    file_late()
    assert send_weekly(NOW) == 0  # subscribed this week
    assert send_weekly(MONDAY - timedelta(seconds=1)) == 0
    assert (send_weekly(MONDAY), send_weekly(MONDAY + timedelta(hours=3))) == (1, 0)
    ((_, subject, text),) = letters()
    assert subject == "长沙市督查看板：11月23日起一周"
    assert "红牌：1件（目标不高于0，超出范围）" in text.splitlines()
    assert send_weekly(MONDAY + timedelta(days=7)) == 1


def test_ending_exporting_and_erasing(boss):
    subscription_id = subscribed(boss)
    subscribed(boss, Topic.WEEKLY)
    with scope(boss):
        assert {each["topic"] for each in export_subscriptions(boss)} == {"alerts", "weekly"}
    with pytest.raises(NotFound):
        unsubscribe(actor=supervisor("other"), subscription_id=subscription_id, now=NOW)
    unsubscribe(actor=boss, subscription_id=subscription_id, now=NOW)
    with scope(SYSTEM):
        assert erase_subscriptions(boss.account_id, None, NOW) == 1


def test_two_workers_tell_once(committed_db, settings):
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)
    with transaction.atomic():
        load_reference(now=NOW)
        found_city()
        subscribed(supervisor(f"boss-{new_id()}"))
        file_late()
    barrier = threading.Barrier(6)

    def look(kind):
        try:
            barrier.wait(timeout=10)
            return watch_bands(NOW) if kind else send_weekly(MONDAY)
        finally:
            connections.close_all()

    try:
        with ThreadPoolExecutor(6) as pool:
            counts = [done.result(timeout=60) for done in [pool.submit(look, n % 2) for n in range(6)]]
        assert sum(counts) == 1  # nobody asked for the weekly one
        assert len(letters()) == 1
    finally:
        BandAlert.objects.all().delete()
        leave_city()
