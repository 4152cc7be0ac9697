"""The pages as a browser sends them: write, look over, file, follow, act; without an account, too."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.service_requests.models import Reporter, ServiceRequest
from shimin.capabilities.service_requests.public import RequestKind
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    NEIGHBOUR,
    WORDS,
    answered,
    file,
    in_progress,
)
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.rate import LocalBucket

pytestmark = pytest.mark.django_db
ASK = f"/c/{CITY}/ask"


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """The clock stands, buckets are full."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=20, per_seconds=60))


@pytest.fixture
def browser(city) -> Client:
    """A browser without an account."""
    return Client()


@pytest.fixture
def resident(city):
    """A signed-in browser and its account."""
    person = make_resident()
    browser = Client()
    browser.cookies["shimin_session"] = person.token
    return browser, person.actor


def text(answer) -> str:
    return str(answer.content.decode())


def key_in(answer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text(answer))
    assert found
    return found[1]


def send(browser: Client, words: str = WORDS, **more: str):
    """Write, look over and file; return the answer to the filing."""
    looked_over = browser.post(ASK, {"words": words, **more})
    assert looked_over.status_code == 200, text(looked_over)
    return browser.post(ASK, {"words": words, **more, "step": "file", "key": key_in(looked_over)})


def test_without_an_account_from_the_box_to_the_receipt_and_back(browser):
    assert "说说您的问题" in text(browser.get(ASK))
    filed = send(browser)
    assert filed.status_code == 302
    assert filed.headers["Location"].endswith("/receipt")
    receipt = text(browser.get(filed.headers["Location"]))
    row = ServiceRequest.objects.get()
    assert row.number in receipt
    followed = browser.get(f"/requests/{row.number}")
    assert followed.status_code == 200
    assert followed.headers["Cache-Control"] == "private, no-store"
    other = Client()
    asked = other.get(f"/requests/{row.number}")
    assert asked.headers["Location"] == f"/requests/look-up?number={row.number}"
    code = re.search(r"查询码</span><br>\s*<span class=\"figure-value\">(\d{8})", receipt)
    assert code
    opened = other.post("/requests/look-up", {"number": row.number, "code": code[1]})
    assert opened.headers["Location"] == f"/requests/{row.number}"
    assert WORDS in text(other.get(opened.headers["Location"]))


def test_looking_over_shows_kind_category_promise_and_warnings(browser):
    page = text(browser.post(ASK, {"words": "投诉出租车司机拒载，不打表，乱收费，的士公司电话13812345678。"}))
    assert "您要提的投诉" in page
    assert "交通运输" in page
    assert "手机号码" in page
    assert "前答复" in page
    assert ServiceRequest.objects.count() == 0


def test_danger_shows_the_numbers_first(browser):
    page = text(browser.post(ASK, {"words": "楼上起火了，有人被困"}))
    assert page.index("tel:119") < page.index("您要提的")
    assert "看起来有生命危险" in page


@pytest.mark.parametrize("words", ["", "😀", "灯" * 50_000])
def test_refusals_keep_what_was_written_and_say_why(browser, words):
    answer = browser.post(ASK, {"words": words, "address": "桐梓坡路"})
    assert answer.status_code == 422
    assert "桐梓坡路" in text(answer)
    assert "error-summary" in text(answer)


def test_going_back_to_edit_keeps_the_words(browser):
    page = text(browser.post(ASK, {"words": WORDS, "step": "edit"}))
    assert WORDS in page
    assert "下一步：核对" in page


def test_a_form_sent_twice_files_once(browser):
    key = key_in(browser.post(ASK, {"words": WORDS}))
    first, second = (browser.post(ASK, {"words": WORDS, "step": "file", "key": key}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert ServiceRequest.objects.count() == 1


@pytest.mark.parametrize(
    "field", [{"kind": "nonsense"}, {"region_code": "999999"}, {"contact_phone": "123"}, {"lng": "x", "lat": "1"}]
)
def test_odd_fields_are_told(browser, field):
    assert browser.post(ASK, {"words": WORDS, **field}).status_code == 422


def test_words_are_shown_as_text(browser):
    filed = send(browser, "<script>alert(1)</script>路灯坏了")
    assert "<script>alert" not in text(browser.get(filed.headers["Location"].removesuffix("/receipt")))


def test_an_account_has_its_list_and_follows_without_code(resident):
    browser, actor = resident
    filed = send(browser)
    number = filed.headers["Location"].split("/")[2]
    assert number in text(browser.get("/me/requests"))
    row = ServiceRequest.objects.get()
    assert row.account_id == actor.account_id
    assert browser.get(f"/me/requests/{row.id}").headers["Location"] == f"/requests/{number}"
    assert "shimin_requests" not in browser.cookies
    assert number in text(browser.get("/me/")) or "等待派单" in text(browser.get("/me/"))


def test_another_account_is_asked_for_the_code(resident):
    browser, _ = resident
    other = file(actor=NEIGHBOUR)
    assert "look-up" in browser.get(f"/requests/{other.number}").headers["Location"]
    assert browser.get(f"/me/requests/{other.request_id}").status_code == 404
    assert browser.post(f"/requests/{other.number}/withdraw").status_code == 404


@pytest.mark.parametrize("number", ["430100261122K1NFRA1", "0" * 19, "Z" * 19])
def test_a_slip_in_the_number_is_told(browser, number):
    answer = browser.get(f"/requests/{number}")
    assert answer.status_code in (302, 422)
    assert browser.post("/requests/look-up", {"number": number, "code": "12345678"}).status_code == 422


def test_wrong_codes_are_limited(browser):
    receipt = file(actor=ANONYMOUS)
    statuses = [
        browser.post("/requests/look-up", {"number": receipt.number, "code": f"{guess:08d}"}).status_code
        for guess in range(32)
    ]
    assert statuses[:30] == [422] * 30
    assert statuses[-1] == 429


def test_a_forged_cookie_opens_nothing(browser):
    receipt = file(actor=ANONYMOUS)
    browser.cookies["shimin_requests"] = f"{receipt.number}:{receipt.query_code}"
    assert "look-up" in browser.get(f"/requests/{receipt.number}").headers["Location"]


def test_facts_rating_and_reopening(resident):
    browser, actor = resident
    receipt = in_progress(actor=actor)
    address = f"/requests/{receipt.number}"
    assert browser.post(f"{address}/add_facts", {"words": ""}).status_code == 422
    assert browser.post(f"{address}/add_facts", {"words": "又坏了一盏。"}).status_code == 302
    assert "又坏了一盏" in text(browser.get(address))
    done = answered(actor=actor)
    address = f"/requests/{done.number}"
    assert "路灯已经修好" in text(browser.get(address))
    assert browser.post(f"{address}/rate", {}).status_code == 422
    rated = browser.post(f"{address}/rate", {"rating": "dissatisfied", "words": "不亮", "wants_contact": "on"})
    assert rated.status_code == 302
    assert "不满意，请工作人员联系：不亮" in text(browser.get(address))
    assert browser.post(f"{address}/reopen", {"words": "没修好"}).status_code == 302
    again = text(browser.get(address))
    assert "第 2 次办理" in again
    assert "由高一级重新办理" in again


def test_withdrawn_twice_shows_the_page(resident):
    browser, actor = resident
    receipt = file(actor=actor)
    for _ in range(2):
        assert browser.post(f"/requests/{receipt.number}/withdraw").status_code == 302
    assert "已撤回" in text(browser.get(f"/requests/{receipt.number}"))


@pytest.mark.parametrize("action", ["accept", "reply", "publish", "nonsense"])
def test_steps_of_others_are_not_there(resident, action):
    browser, actor = resident
    receipt = in_progress(actor=actor)
    answer = browser.post(f"/requests/{receipt.number}/{action}", {"words": "假的"})
    assert answer.status_code in (302, 404)
    assert ServiceRequest.objects.get(id=receipt.request_id).state == "in_progress"


def test_similar_open_requests_can_be_joined_and_show_no_words_of_others(resident):
    browser, _ = resident
    other = file("岳麓区桐梓坡路口的路灯坏了好几天，晚上过马路很危险。我叫王小二，电话13812345678。", actor=NEIGHBOUR)
    page = text(browser.post(ASK, {"words": WORDS}))
    assert "是同一件" in page
    assert "王小二" not in page
    joined = browser.post(f"/requests/{other.request_id}/join")
    assert joined.headers["Location"] == f"/requests/{other.number}"
    followed = text(browser.get(joined.headers["Location"]))
    assert "王小二" not in followed
    assert "撤回诉求" not in followed
    assert browser.post(f"/requests/{other.request_id}/join").status_code == 302
    assert Reporter.objects.filter(request_id=other.request_id).count() == 2
    assert other.number in text(browser.get("/me/requests"))
    assert browser.post(f"/requests/{other.number}/withdraw").status_code in (302, 404)
    assert ServiceRequest.objects.get(id=other.request_id).state == "filed"


@pytest.mark.parametrize(("kind", "is_confidential"), [(None, True), (RequestKind.REPORT, False)])
def test_confidential_requests_and_reports_are_shown_to_nobody(resident, kind, is_confidential):
    browser, _ = resident
    words = "桐梓坡路口的路灯坏了好几天，晚上过马路很危险。"
    other = file(words, actor=NEIGHBOUR, kind=kind, is_confidential=is_confidential)
    assert "是同一件" not in text(browser.post(ASK, {"words": WORDS}))
    assert browser.post(f"/requests/{other.request_id}/join").status_code == 404


def test_joining_needs_an_account(browser):
    other = file(actor=NEIGHBOUR)
    assert browser.post(f"/requests/{other.request_id}/join").status_code in (302, 401)
    assert Reporter.objects.filter(request_id=other.request_id).count() == 1


def test_forms_carry_a_token():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ASK, {"words": WORDS}).status_code == 403


def test_a_place_abroad_of_the_city_list_is_not_there(browser):
    for code in ("999999", "430000", "100000"):
        assert browser.get(f"/c/{code}/ask").status_code == 404
