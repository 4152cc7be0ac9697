"""A position outside the city, or near none: said with a way on, never refused."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.whereabouts import elsewhere
from shimin.capabilities.service_requests.tests.factories import CITY, WORDS, found_city
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket

pytestmark = pytest.mark.django_db
ASK = f"/c/{CITY}/ask"


@pytest.fixture(autouse=True)
def country(monkeypatch):
    """All regions with their points; the clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=40, per_seconds=60))
    stamp.forget()
    load_reference(now=NOW)
    found_city()
    yield
    stamp.forget()


@pytest.mark.parametrize(
    ("lng", "lat", "where"),
    [
        (112.94, 28.23, None),  # in the middle of Changsha
        (113.64, 28.16, None),  # Liuyang, a county of it
        (112.91, 27.87, "430300"),  # Xiangtan
        (116.40, 39.90, "110100"),
        (123.50, 25.00, ""),  # the East China Sea
        (-0.12, 51.50, ""),
        (0.0, 0.0, ""),
    ],
)
def test_where_a_position_lies(lng, lat, where):
    found = elsewhere(Place(lng=lng, lat=lat), CITY)
    assert (found.city_code if found else None) == where


def test_without_a_position_nothing_is_said():
    assert elsewhere(Place("桐梓坡路"), CITY) is None


def text(answer) -> str:
    return str(answer.content.decode())


def test_another_city_is_named_with_its_page_and_one_may_file_here_all_the_same():
    browser = Client()
    page = browser.post(ASK, {"words": WORDS, "lng": "112.91", "lat": "27.87"})
    assert "附的位置看起来在湘潭" in text(page)
    assert "/c/430300/ask" in text(page)
    key = re.search(r'name="key" value="([^"]+)"', text(page))
    assert key
    filed = browser.post(
        ASK, {"words": WORDS, "lng": "112.91", "lat": "27.87", "step": "file", "key": key[1]}
    )  # fmt: skip
    assert filed.status_code == 302
    assert ServiceRequest.objects.get().lng == 112.91


def test_a_place_in_the_sea_has_a_way_on_and_can_be_left_out():
    browser = Client()
    said = {"words": WORDS, "lng": "123.5", "lat": "25.0", "accuracy_metres": "30"}
    page = text(browser.post(ASK, said))
    assert "可能在海上或国外" in page
    assert "12308" in page
    without = text(browser.post(ASK, {**said, "step": "no_place"}))
    assert "可能在海上" not in without
    assert 'name="lng"' not in without
    assert WORDS in without


def test_the_api_tells_the_same():
    body = {"city_code": CITY, "words": WORDS, "lng": 112.91, "lat": 27.87}
    told = Client().post("/api/v1/requests/suggestions", json.dumps(body), "application/json").json()
    assert told["elsewhere"]["city_code"] == "430300"
    here = {"city_code": CITY, "words": WORDS}
    assert (
        Client().post("/api/v1/requests/suggestions", json.dumps(here), "application/json").json()["elsewhere"] is None
    )
