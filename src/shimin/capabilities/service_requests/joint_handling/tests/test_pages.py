"""The pages and the JSON routes: the lead asks, the co-handler answers, the citizen reads who is on it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.public import (
    accept_part,
    decline_part,
    get_lent_photo,
    get_own_part,
    give_contribution,
    show_photos,
)
from shimin.capabilities.service_requests.joint_handling.tests.factories import (
    HELPER,
    LEAD,
    OTHER,
    WISH,
    accepted,
    asked,
)
from shimin.capabilities.service_requests.models import RequestPhoto
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    SUPERVISOR,
    PhotoGone,
    add_facts,
    get_request_for,
    receive_request_photo,
)
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, RESIDENT, ROADS, in_progress
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.tests.pictures import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch, settings, tmp_path):
    """The clock stands; files lie in a folder of the test's own."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signed_in(role: str = OFFICER, *, agency_id: int | None, login: str) -> tuple[Client, str]:
    """A browser at the desk, and the session's token."""
    opened = make_officer(role, agency_id=agency_id, region_code=CITY, login=login)
    browser = Client()
    browser.cookies["shimin_desk"] = opened.token
    return browser, opened.token


def call(token: str, method: str, path: str, body: Any = None):
    return Client().generic(
        method, f"/api/v1{path}", "" if body is None else json.dumps(body), "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip


def text(answer) -> str:
    return str(answer.content.decode())


def picture(actor):
    return receive_request_photo(actor=actor, upload=BytesIO(jpeg()), city_code=CITY, now=NOW, address="192.0.2.7")


def test_from_the_leads_page_to_the_co_handlers_and_back():
    request_id = in_progress().request_id
    lead, _ = signed_in(agency_id=LIGHTS, login="lead")
    helper, _ = signed_in(agency_id=ROADS, login="helper")
    here = f"/desk/requests/{request_id}"
    assert "请它们协办" in text(lead.get(here))
    wrong = lead.post(f"{here}/joint/ask", {"agencies": [], "wish": "", "days": "x"})
    assert wrong.status_code == 422
    for words in ("请选择协办部门。", "请写明要它们做什么。", "请填数字。"):
        assert words in text(wrong)
    sent = lead.post(f"{here}/joint/ask", {"agencies": [ROADS], "wish": WISH, "days": 2})
    assert (sent.status_code, sent.headers["Location"]) == (302, here)
    part_id = Part.objects.get().id
    refused = lead.post(f"{here}/reply", {"words": "修好了。"})
    assert refused.status_code == 409
    assert "还没有交意见的协办部门：长沙市政。" in text(refused)
    queue = text(helper.get("/desk/joint/"))
    assert f'href="/desk/joint/{part_id}"' in queue
    assert "长沙路灯牵头" in queue
    mine = f"/desk/joint/{part_id}"
    page = text(helper.get(mine))
    assert "桐梓坡" in page
    assert WISH in page
    assert helper.post(f"{mine}/accept").status_code == 302
    assert helper.post(f"{mine}/give", {"words": ""}).status_code == 422
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    assert helper.post(f"{mine}/give", {"words": "施工单位挖断的。", "photos": photo}).status_code == 302
    shown = text(lead.get(here))
    assert "施工单位挖断的。" in shown
    assert "照片给市民看" in shown
    assert lead.post(f"/desk/joint/{part_id}/lead/show_photos").status_code == 302
    assert RequestPhoto.objects.get().is_shown
    assert lead.post(f"{here}/reply", {"words": "修好了。"}).status_code == 302
    assert "不再给本部门看" in text(helper.get(mine))
    assert "长沙市政" not in text(helper.get(mine)).split("本部门的意见")[0].split("<h1>")[1]


def test_the_lead_writes_why_it_goes_without():
    request_id, part_id = asked()
    lead, _ = signed_in(agency_id=LIGHTS, login="lead")
    assert lead.post(f"/desk/joint/{part_id}/lead/waive", {"words": ""}).status_code == 422
    assert lead.post(f"/desk/joint/{part_id}/lead/waive", {"words": "另行查清了。"}).status_code == 302
    assert lead.post(f"/desk/joint/{part_id}/lead/nonsense").status_code == 404
    watch, _ = signed_in(SUPERVISOR, agency_id=None, login="watch")
    assert "另行查清了。" in text(watch.get(f"/desk/requests/{request_id}"))


def test_others_find_no_part():
    _, part_id = asked()
    other, token = signed_in(agency_id=7_009, login="other")
    for address in (f"/desk/joint/{part_id}", "/desk/joint/1", "/desk/joint/999999999999999999"):
        assert other.get(address).status_code == 404
    for action in ("accept", "decline", "give", "waive"):
        assert other.post(f"/desk/joint/{part_id}/{action}", {"words": "我来。"}).status_code == 404
    assert other.post(f"/desk/joint/{part_id}/lead/waive", {"words": "我来。"}).status_code == 404
    assert call(token, "GET", f"/desk/parts/{part_id}").status_code == 404
    assert call(token, "GET", "/desk/parts").json()["items"] == []
    assert Client().get("/desk/joint/").status_code == 302
    assert Part.objects.get().state == "asked"


def test_the_citizen_reads_who_leads_and_who_co_handles_by_account_and_by_code():
    person = make_resident()
    own = in_progress(actor=person.actor)
    asked(request_id=own.request_id)
    browser = Client()
    browser.cookies["shimin_session"] = person.token
    page = text(browser.get(f"/requests/{own.number}"))
    assert "由长沙路灯牵头办理，长沙市政协办。" in page
    assert "已请它协办，等它接受" in page
    assert WISH not in page
    told = call(person.token, "GET", f"/me/requests/{own.request_id}/handlers").json()
    assert (told["lead"], told["co_handlers"][0]["state"]) == ("长沙路灯", "asked")
    nameless = in_progress(actor=ANONYMOUS)
    asked(request_id=nameless.request_id)
    other = Client()
    assert call(person.token, "GET", f"/me/requests/{nameless.request_id}/handlers").status_code == 404
    other.post("/requests/look-up", {"number": nameless.number, "code": nameless.query_code})
    assert "由长沙路灯牵头办理，长沙市政协办。" in text(other.get(f"/requests/{nameless.number}"))


def test_the_same_by_json():
    request_id = in_progress().request_id
    _, lead = signed_in(agency_id=LIGHTS, login="lead")
    _, helper = signed_in(agency_id=ROADS, login="helper")
    made = call(lead, "POST", f"/desk/requests/{request_id}/parts", {"agency_ids": [str(ROADS)], "wish": WISH})
    assert made.status_code == 201, made.content
    part = made.json()[0]
    assert (part["state"], part["actions"]) == ("asked", ["waive", "urge"])
    again = call(lead, "POST", f"/desk/requests/{request_id}/parts", {"agency_ids": [str(ROADS)], "wish": WISH})
    assert again.json()["code"] == "request_co_handler_already"
    (line,) = call(helper, "GET", "/desk/parts").json()["items"]
    assert line["request"]["lead"] == "长沙路灯"
    assert not {"account_id", "person_id", "reporters"} & set(line["request"])
    steps = f"/desk/parts/{part['part_id']}/steps"
    assert (
        call(helper, "POST", steps, {"action": "give", "words": "早了。"}).json()["code"] == "request_part_step_refused"
    )
    assert call(helper, "POST", steps, {"action": "accept"}).json()["actions"] == ["give"]
    assert call(helper, "POST", steps, {"action": "waive", "words": "算了。"}).status_code == 403
    assert call(helper, "POST", steps, {"action": "explode"}).status_code == 422
    assert call(helper, "POST", steps, {"action": "give", "words": "查清了。"}).json()["state"] == "given"
    assert call(lead, "GET", f"/desk/requests/{request_id}/parts").json()[0]["contribution"] == "查清了。"
    assert call(helper, "GET", f"/desk/requests/{request_id}/parts").status_code == 404
    assert call(helper, "GET", f"/desk/requests/{request_id}").status_code == 404


def test_photos_of_a_contribution_are_the_leads_until_it_shows_them():
    request_id, part_id = accepted()
    kept, stolen = picture(HELPER), picture(OTHER)
    with pytest.raises(PhotoGone):
        give_contribution(
            actor=HELPER, part_id=part_id, words="见照片。", now=NOW, photo_ids=[kept.photo_id, stolen.photo_id]
        )
    give_contribution(actor=HELPER, part_id=part_id, words="见照片。", now=NOW, photo_ids=[kept.photo_id])
    where = {"part_id": part_id, "photo_id": kept.photo_id, "size": RenditionName.SMALL}
    assert get_lent_photo(actor=HELPER, **where)
    assert [photo.is_own for photo in get_own_part(actor=HELPER, part_id=part_id).photos] == [True]
    assert get_request_for(actor=RESIDENT, request_id=request_id).photos == ()
    for actor in (OTHER, LEAD, RESIDENT):
        with pytest.raises(NotFound):
            get_lent_photo(actor=actor, **where)
    show_photos(actor=LEAD, part_id=part_id, now=NOW)
    assert len(get_request_for(actor=RESIDENT, request_id=request_id).photos) == 1


def test_the_citizens_photos_are_lent_with_the_request():
    request_id, part_id = asked()
    photo = picture(RESIDENT)
    add_facts(actor=RESIDENT, request_id=request_id, words="见图。", now=NOW, photo_ids=[photo.photo_id])
    helper, _ = signed_in(agency_id=ROADS, login="helper")
    page = text(helper.get(f"/desk/joint/{part_id}"))
    address = re.search(rf'src="(/desk/joint/{part_id}/photos/{photo.photo_id}/small)"', page)
    assert address
    answer = helper.get(address[1])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    accept_part(actor=HELPER, part_id=part_id, now=NOW)
    Part.objects.filter(id=part_id).update(state="ended")
    assert helper.get(address[1]).status_code == 404


@pytest.mark.parametrize(
    ("role", "agency_id", "own", "wanted"),
    [
        (OFFICER, LIGHTS, "led", "长沙市政"), (DISPATCHER, None, "declined", "等派单员定"),
        (SUPERVISOR, None, "watch", "长沙市政"),
    ],
)  # fmt: skip
def test_each_who_watches_has_a_page(role, agency_id, own, wanted):
    request_id, part_id = asked()
    decline_part(actor=HELPER, part_id=part_id, words="不归我们管。", now=NOW)
    browser, _ = signed_in(role, agency_id=agency_id, login="watcher")
    page = text(browser.get(f"/desk/joint/{own}"))
    assert f"/desk/requests/{request_id}" in page
    assert wanted in page
    for other in {"led", "declined", "watch"} - {own}:
        assert browser.get(f"/desk/joint/{other}").status_code == 403


def test_the_dispatcher_decides_on_the_requests_page():
    request_id, part_id = asked()
    decline_part(actor=HELPER, part_id=part_id, words="不归我们管。", now=NOW)
    browser, _ = signed_in(DISPATCHER, agency_id=None, login="dispatch")
    assert "定由它协办" in text(browser.get(f"/desk/requests/{request_id}"))
    there = f"/desk/joint/{part_id}/lead/insist"
    assert browser.post(there, {"words": ""}).status_code == 422
    assert browser.post(there, {"words": "这条电缆归市政管。"}).status_code == 302
    assert Part.objects.get(id=part_id).state == "accepted"
    helper, _ = signed_in(agency_id=ROADS, login="helper")
    assert "这条电缆归市政管。" in text(helper.get(f"/desk/joint/{part_id}"))


def test_the_supervisors_report_counts_co_handling():
    asked()
    browser, _ = signed_in(SUPERVISOR, agency_id=None, login="watch")
    report = text(browser.get(f"/desk/supervision?from={NOW:%Y-%m-%d}&to={NOW:%Y-%m-%d}"))
    assert "请它协办" in report
