"""Danger to life: the duty desk is told at once and once, whatever the words are about; positions only then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.notices.models import TEXT, TextMessage
from shimin.capabilities.service_requests.domain.danger import is_danger
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.alerting import NoEmergency
from shimin.capabilities.service_requests.public import (
    Place,
    QueueFilter,
    get_request_for,
    list_queue,
    update_position,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import CITY, DESPATCHER, NEIGHBOUR, RESIDENT, file
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.events.relay import relay_batch

pytestmark = pytest.mark.django_db
WORDS = "请问公积金怎么提取？还有楼上起火了，有人被困！"


@pytest.fixture(autouse=True)
def duty(city, monkeypatch):
    """Two phones are on duty; the clock stands."""
    monkeypatch.setattr(settings, "SHIMIN", replace(settings.SHIMIN, duty_phones=("13900000001", "13900000002")))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    relay()


def relay() -> None:
    while relay_batch(NOW):
        continue


def texts() -> list[str]:
    rows = TextMessage.objects.filter(template="service_requests.duty_alert").order_by("id")
    return [decrypt(bytes(row.text), context=TEXT) for row in rows]


def tell(actor: Actor, request_id: int) -> None:
    update_position(actor=actor, request_id=request_id, lng=112.93, lat=28.21, accuracy_metres=12, now=NOW)


def test_the_duty_desk_is_texted_once_without_the_words():
    receipt = file(WORDS, place=Place(address="桐梓坡路100号"))
    relay()
    relay()
    assert len(texts()) == 2
    assert receipt.number in texts()[0]
    assert "桐梓坡路100号" in texts()[0]
    assert "起火" not in texts()[0]


def test_a_tick_is_enough_and_nothing_else_alerts():
    file("家里老人突然说不出话。", is_emergency=True)
    file("路灯坏了。", actor=NEIGHBOUR)
    relay()
    assert len(texts()) == 2


def test_the_tick_on_the_page_files_an_emergency():
    browser = Client()
    page = browser.post(f"/c/{CITY}/ask", {"words": "老人突然说不出话", "is_emergency": "on"}).content.decode()
    assert "看起来有生命危险" in page
    assert 'name="is_emergency" value="on"' in page
    browser.post(f"/c/{CITY}/ask", {"words": "老人突然说不出话", "is_emergency": "on", "step": "file", "key": "k" * 12})
    assert ServiceRequest.objects.get().is_emergency


def test_emergencies_can_be_listed_alone():
    receipt = file(WORDS)
    file("路灯坏了。", actor=NEIGHBOUR)
    lines = list_queue(DESPATCHER, wanted=QueueFilter(is_emergency=True)).lines
    assert [line.number for line in lines] == [receipt.number]


@pytest.mark.parametrize(
    ("words", "danger"),
    [
        ("有人要跳楼", True), ("我不想活了", True), ("闻到很浓的燃气味", True), ("河里有人落水", True),
        ("他拿刀砍人", True),
        ("消防通道被堵", False), ("请问火车票怎么退", False), ("天然气开户要什么材料", False), ("", False),
    ],
)  # fmt: skip
def test_words_of_danger(words, danger):
    assert is_danger(words) is danger


def test_the_position_follows_only_who_filed_and_only_in_danger():
    receipt = file(WORDS)
    tell(RESIDENT, receipt.request_id)
    row = ServiceRequest.objects.get(id=receipt.request_id)
    assert (row.lng, row.lat, row.accuracy_metres) == (112.93, 28.21, 12)
    for stranger in (NEIGHBOUR, ANONYMOUS):
        with pytest.raises(NotFound):
            tell(stranger, receipt.request_id)
    calm = file("路灯坏了。")
    with pytest.raises(NoEmergency):
        tell(RESIDENT, calm.request_id)


@pytest.mark.parametrize(("lng", "lat"), [(float("nan"), 0.0), (0.0, float("nan")), (999.0, 0.0), (0.0, 91.0)])
def test_no_position_on_earth_is_refused(lng, lat):
    receipt = file(WORDS)
    with pytest.raises(InvalidInput):
        update_position(actor=RESIDENT, request_id=receipt.request_id, lng=lng, lat=lat, accuracy_metres=1, now=NOW)


def test_the_page_sends_positions_of_who_has_no_account():
    browser = Client()
    page = browser.post(f"/c/{CITY}/ask", {"words": WORDS, "step": "file", "key": "k" * 12})
    number = page.headers["Location"].split("/")[2]
    assert "data-position" in browser.get(f"/requests/{number}").content.decode()
    sent = browser.post(f"/requests/{number}/position", {"lng": "112.9", "lat": "28.2", "accuracy_metres": "9"})
    assert sent.status_code == 302
    assert browser.post(f"/requests/{number}/position", {"lng": "x"}).status_code == 422
    assert ServiceRequest.objects.get().lng == 112.9
    assert "您更新了位置" in browser.get(f"/requests/{number}").content.decode()


def test_after_the_end_no_position_is_taken():
    receipt = file(WORDS)
    withdraw(actor=RESIDENT, request_id=receipt.request_id, now=NOW)
    assert not get_request_for(actor=RESIDENT, request_id=receipt.request_id).is_open
    page = Client().post(f"/requests/{receipt.number}/position", {"lng": "1", "lat": "1"})
    assert page.status_code == 404
