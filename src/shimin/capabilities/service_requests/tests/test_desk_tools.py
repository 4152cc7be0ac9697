"""The desk's tools: templates with gaps, a request by its number, narrowing a queue, and the same by JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.service_requests.domain.reply_templates import (
    GAP,
    SHIPPED,
    TemplatesUnreadable,
    read_templates,
)
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import DISPATCHER, OFFICER, list_reply_templates
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, ROADS, dispatched, file, in_progress
from shimin.kernel import clock

pytestmark = pytest.mark.django_db
API = "/api/v1/desk/requests"


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch, settings, tmp_path):
    """The clock stands; the city may have files of its own."""
    settings.SHIMIN = replace(django_settings.SHIMIN, rules_dir=tmp_path)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return tmp_path


@pytest.fixture
def officer() -> Any:
    """An officer of the lights, signed in."""
    return make_officer(OFFICER, agency_id=LIGHTS, region_code=CITY)


def desk(opened: Any) -> Client:
    browser = Client()
    browser.cookies["shimin_desk"] = opened.token
    return browser


def call(opened: Any, method: str, path: str, body: Any = None):
    return Client().generic(
        method, path, "" if body is None else json.dumps(body), "application/json",
        headers={"Authorization": f"Bearer {opened.token}"},
    )  # fmt: skip


def test_a_template_begins_an_answer_and_its_gaps_must_be_filled(officer):
    request_id = in_progress().request_id
    browser, address = desk(officer), f"/desk/requests/{request_id}"
    page = browser.get(address).content.decode()
    assert "?template=solved#reply_words" in page
    begun = browser.get(f"{address}?template=solved").content.decode()
    assert f"处理结果：{GAP}" in begun
    wrong = browser.post(f"{address}/reply", {"words": f"处理结果：{GAP}。"})
    assert wrong.status_code == 422
    assert "没有填" in wrong.content.decode()
    assert browser.post(f"{address}/reply", {"words": "处理结果：已换灯。等了很久……抱歉。"}).status_code == 302
    assert ServiceRequest.objects.get(id=request_id).state == "answered"


def test_a_citys_own_templates(stopped):
    assert {each.key for each in list_reply_templates()} >= {"solved", "policy"}
    own = stopped / "reply_templates.csv"
    own.write_text("key,title,text\nhello,问好,您好。\n")
    assert [each.key for each in list_reply_templates()] == ["hello"]
    own.write_text("nonsense")
    assert {each.key for each in list_reply_templates()} >= {"solved"}
    for text in ("a,b\n", "key,title,text\nx,,y\n", "key,title,text\nx,y,z\nx,y,z\n"):
        own.write_text(text)
        with pytest.raises(TemplatesUnreadable):
            read_templates(own)
    assert all(GAP in each.text for each in read_templates(SHIPPED))


def test_a_request_is_opened_by_its_number(officer):
    mine, theirs = dispatched(), dispatched(agency_id=ROADS)
    browser = desk(officer)
    typed = f" {mine.number[:6]} {mine.number[6:].lower()} "
    opened = browser.get("/desk/requests/find", {"number": typed})
    assert opened.headers["Location"] == f"/desk/requests/{mine.request_id}"
    for other in (theirs.number, "4301", "", "x" * 90):
        missed = browser.get("/desk/requests/find", {"number": other})
        assert missed.status_code == 404
        assert "按编号打开" in missed.content.decode()
    assert Client().get("/desk/requests/find", {"number": mine.number}).status_code == 302
    assert 'name="number"' in browser.get("/desk/requests/handle").content.decode()


def test_a_queue_is_narrowed_to_what_cannot_wait():
    calm, urgent = file(), file("老人在江边落水，还没有救上来！")
    opened = make_officer(DISPATCHER, login="tool-1", region_code=CITY)
    page = desk(opened).get("/desk/requests/dispatch", {"urgent": "1"}).content.decode()
    assert urgent.number in page
    assert calm.number not in page
    assert "?kind=help&amp;urgent=1" in page or "?urgent=1" in page
    late = desk(opened).get("/desk/requests/dispatch", {"late": "1"}).content.decode()
    assert calm.number not in late


def test_officers_work_by_json(officer):
    mine, theirs = dispatched(), dispatched(agency_id=ROADS)
    listed = call(officer, "GET", API).json()
    assert [each["request_id"] for each in listed["items"]] == [str(mine.request_id)]
    assert call(officer, "GET", f"{API}?number={mine.number}").json()["items"][0]["state"] == "dispatched"
    assert call(officer, "GET", f"{API}?number={theirs.number}").status_code == 404
    assert call(officer, "GET", f"{API}?role=dispatcher").status_code == 403
    address = f"{API}/{mine.request_id}"
    shown = call(officer, "GET", address).json()
    assert "accept" in shown["actions"]
    assert "contact" not in str(shown)
    step = f"{address}/steps"
    assert call(officer, "POST", step, {"action": "accept"}).json()["state"] == "in_progress"
    assert call(officer, "POST", step, {"action": "reply", "words": GAP}).status_code == 422
    answered = call(officer, "POST", step, {"action": "reply", "words": "灯已换好。"})
    assert (answered.status_code, answered.json()["answer"]) == (200, "灯已换好。")
    again = call(officer, "POST", step, {"action": "reply", "words": "灯已换好。"})
    assert again.json()["code"] == "request_step_refused"
    other = f"{API}/{theirs.request_id}"
    assert call(officer, "GET", other).status_code == 404
    assert call(officer, "POST", f"{other}/steps", {"action": "accept"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "fly"}, "action"), ({"action": "file"}, "action"),
        ({"action": "suspend", "words": "等"}, "look_again_date"),
        ({"action": "conclude", "words": "好", "outcome": "won"}, "outcome"), ({"action": "ask_extension"}, "amount"),
        ({"action": "merge"}, "into"), ({"action": "reply"}, "words"), ({"action": "classify"}, "category"),
    ],
)  # fmt: skip
def test_what_a_step_needs_is_named(officer, body, field):
    refused = call(officer, "POST", f"{API}/{in_progress().request_id}/steps", body)
    assert refused.status_code == 422, refused.content.decode()
    assert field in refused.json()["fields"]


def test_a_return_leaves_the_request_to_be_seen_and_a_dispatch_takes_it_on():
    opened = make_officer(DISPATCHER, login="tool-2", region_code=CITY)
    request_id = file().request_id
    step = f"{API}/{request_id}/steps"
    assert call(opened, "POST", step, {"action": "dispatch"}).json()["fields"].keys() == {"agency_id"}
    moved = call(opened, "POST", step, {"action": "dispatch", "agency_id": str(LIGHTS), "words": "请办。"})
    assert (moved.json()["state"], moved.json()["agency_id"]) == ("dispatched", str(LIGHTS))


def test_it_is_for_staff_only():
    assert Client().get(API).status_code == 401
    assert call(make_resident(), "GET", API).status_code == 404
