"""A position outside the city, or near none: said with a way on, never refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.open311.operations.partners import require_near
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.whereabouts import elsewhere
from shimin.capabilities.service_requests.tests.factories import CITY, WORDS, found_city
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.capabilities.sign_on.models import Client as System
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
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


@pytest.fixture
def send():
    """Files by Open311 in a format: ``send("json", lat=…, long=…)``."""
    system, key = make_client(auth_method="client_secret_post", redirect_uris=[], scopes=["openid"])
    System.objects.filter(id=system.id).update(
        machine_scopes=["hotline:requests.file"], home_url="https://app.example/"
    )

    def run(form: str, **said: str) -> Any:
        about = {"jurisdiction_id": CITY, "api_key": key, "service_code": "street-light", "attribute[state]": "dark"}
        return Client().post(f"/open311/v2/requests.{form}", {**about, "description": WORDS, **said})

    return run


def test_open311_files_a_place_in_another_city_and_tells_which(send):
    told = send("json", lat="27.87", long="112.91").json()[0]
    assert "位置看起来在湘潭（430300）" in told["service_notice"]
    assert ServiceRequest.objects.get().number == told["service_request_id"]
    assert "位置看起来在湘潭（430300）" in text(send("xml", lat="27.87", long="112.91"))
    assert "位置看起来" not in text(send("json", lat="28.23", long="112.94"))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"lat": "25.0", "long": "123.5"}, "可能在海上或国外"),
        ({"lat": "0", "long": "0"}, "可能在海上或国外"),
        ({"lat": "25.0", "long": "123.5", "address_string": "桐梓坡路"}, "可能在海上或国外"),
        ({"lat": "112.94", "long": "28.23"}, "lat 和 long 好像写反了"),
        ({"lat": "75.99", "long": "39.47", "jurisdiction_id": "653100"}, "lat 和 long 好像写反了"),
        ({"lat": "95", "long": "200"}, "位置不对"),
    ],
)
def test_open311_refuses_a_place_near_no_city_in_both_formats(send, said, why):
    if "jurisdiction_id" in said:  # no key is good for it here; the rule itself is asked
        with pytest.raises(InvalidInput) as wrong:
            require_near(Place(lng=float(said["long"]), lat=float(said["lat"])), said["jurisdiction_id"])
        assert why in wrong.value.fields["lat"]
        return
    answer = send("json", **said)
    assert (answer.status_code, answer.json()[0]["code"]) == (400, 400)
    assert why in answer.json()[0]["description"]
    xml = send("xml", **said)
    assert (xml.status_code, xml.headers["Content-Type"]) == (400, "text/xml; charset=utf-8")
    assert why in text(xml)
    assert not ServiceRequest.objects.exists()


def test_the_dispatcher_is_told_where_the_position_lies(send):
    send("json", lat="27.87", long="112.91")
    opened = make_officer("service_requests.dispatcher", login="far-1", region_code=CITY)
    browser = Client()
    browser.cookies["shimin_desk"] = opened.token
    page = text(browser.get(f"/desk/requests/{ServiceRequest.objects.get().id}"))
    assert "看起来在湘潭（430300）" in page
    assert "请转外地办理" in page
