"""The JSON API: the same operations, the same refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.tests.factories import CITY, NEIGHBOUR, WORDS, answered, file
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS

pytestmark = pytest.mark.django_db
REQUESTS, MINE = "/api/v1/requests", "/api/v1/me/requests"


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """The clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def person(city):
    """Somebody with an account."""
    return make_resident()


def call(method: str, address: str, body: Any = None, token: str = "", **headers: str):
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().generic(
        method, address, "" if body is None else json.dumps(body), "application/json",
        headers={**sent, **headers},
    )  # fmt: skip


BODY = {"city_code": CITY, "words": WORDS, "address": "桐梓坡路", "lng": 112.9, "lat": 28.2, "accuracy_metres": 20}


def test_anybody_files_and_follows(city):
    filed = call("POST", REQUESTS, BODY)
    assert filed.status_code == 201, filed.content
    receipt = filed.json()
    found = call("POST", f"{REQUESTS}/look-up", {"number": receipt["number"], "code": receipt["query_code"]})
    assert found.status_code == 200
    request = found.json()
    assert (request["state"], request["words"], request["lng"]) == ("filed", WORDS, 112.9)
    assert request["actions"] == ["add_facts", "chase", "withdraw"]
    assert request["clock"]["is_running"] is True
    step = {"number": receipt["number"], "code": receipt["query_code"], "action": "withdraw"}
    assert call("POST", f"{REQUESTS}/steps", step).json()["state"] == "withdrawn"
    assert call("POST", f"{REQUESTS}/steps", step).json()["code"] == "request_step_refused"


def test_a_repeated_call_files_once(person):
    key = {"Idempotency-Key": "0a1b2c3d-aaaa"}
    first, second = (call("POST", REQUESTS, BODY, person.token, **key).json() for _ in range(2))
    assert (first["number"], first["is_repeated"], second["is_repeated"]) == (second["number"], False, True)
    reused = call("POST", REQUESTS, {**BODY, "words": "另外一件事情。"}, person.token, **key)
    assert (reused.status_code, reused.json()["code"]) == (409, "filing_key_reused")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"words": ""}, "words"), ({"words": "灯" * 50_000}, "words"), ({"city_code": "999999"}, "city_code"),
        ({"lng": 999, "lat": 0}, "place"), ({"kind": "x"}, "kind"), ({"contact_phone": "1"}, "contact_phone"),
    ],
)  # fmt: skip
def test_refusals_name_the_field(city, change, field):
    answer = call("POST", REQUESTS, {**BODY, **change})
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_suggestions_keep_nothing(city):
    answer = call("POST", f"{REQUESTS}/suggestions", {"city_code": CITY, "words": "举报：楼下起火了，电话13812345678"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["kind"], told["is_danger"], told["personal_data"]) == ("report", True, ["手机号码"])
    assert ServiceRequest.objects.count() == 0


def test_a_person_lists_reads_and_acts_on_their_own(person):
    receipt = answered(actor=person.actor)
    listed = call("GET", MINE, token=person.token).json()
    assert [line["number"] for line in listed["items"]] == [receipt.number]
    rated = call(
        "POST", f"{MINE}/{receipt.request_id}/steps", {"action": "rate", "rating": "very_satisfied"}, person.token
    )
    assert rated.json()["rating"] == "very_satisfied"
    bad = call("POST", f"{MINE}/{receipt.request_id}/steps", {"action": "rate", "rating": "5"}, person.token)
    assert bad.status_code in (409, 422)


def test_pages_of_the_list_follow(person):
    for number in range(3):
        file(f"第{number}件事情", actor=person.actor)
    first = call("GET", MINE, token=person.token).json()
    assert first["next"] is None
    assert len(first["items"]) == 3


@pytest.mark.parametrize("request_id", ["1", "9223372036854775808", "9999999999999999999"])
def test_what_is_not_ones_own_is_not_there(person, request_id):
    other = file(actor=NEIGHBOUR)
    for wanted in (request_id, str(other.request_id)):
        assert call("GET", f"{MINE}/{wanted}", token=person.token).status_code == 404
        step = call("POST", f"{MINE}/{wanted}/steps", {"action": "withdraw"}, person.token)
        assert step.status_code == 404
    assert call("GET", MINE).status_code == 401


def test_a_wrong_code_is_not_found(city):
    receipt = file(actor=ANONYMOUS)
    answer = call("POST", f"{REQUESTS}/look-up", {"number": receipt.number, "code": "00000000"})
    assert (answer.status_code, answer.json()["code"]) == (404, "request_code_wrong")


def test_joins_another_request(person):
    other = file(actor=NEIGHBOUR)
    joined = call("POST", f"{MINE}/{other.request_id}/join", token=person.token)
    assert joined.status_code == 200
    assert (joined.json()["is_filer"], joined.json()["words"], joined.json()["actions"]) == (False, "", [])
    secret = file(actor=NEIGHBOUR, is_confidential=True)
    assert call("POST", f"{MINE}/{secret.request_id}/join", token=person.token).status_code == 404
