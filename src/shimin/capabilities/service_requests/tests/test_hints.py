"""The box while somebody writes: what the platform makes of the words so far, and that it keeps none of them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.service_requests.domain.dispatch_rules import read_catalogue
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import (
    Choice,
    Place,
    RequestKind,
    Suggestion,
    get_text_reader,
    publish_answer,
    set_text_reader,
)
from shimin.capabilities.service_requests.queries import dispatch_advice, similar
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, NEIGHBOUR, WORDS, answered, file, head
from shimin.capabilities.service_requests.web import hints as hints_page
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket

pytestmark = pytest.mark.django_db
HINTS = f"/c/{CITY}/ask/hints"
RULES = "region_code,category,kind,district,agency,valid_from,valid_to\n430100,路灯,,,lights,2020-01-01,\n"
THRESHOLDS = "region_code,category,probability,valid_from,valid_to\n430100,路灯,0.9,2020-01-01,\n"


class Reader:
    """Sure of one category; finds what the shipped reader finds."""

    def __init__(self, probability: float) -> None:
        self._probability, self._shipped = probability, get_text_reader()

    def suggest(self, text: str, *, city_code: str) -> Suggestion:
        return Suggestion(None, (Choice("路灯", self._probability, ("路灯", "修好")),))

    def find_similar(self, text: str, place: Place, *, city_code: str, now):
        return self._shipped.find_similar(text, place, city_code=city_code, now=now)


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch, tmp_path):
    """The clock stands, the bucket is full, one rule leads lights to their agency."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(hints_page, "_looks", LocalBucket(limit=40, per_seconds=60))
    (tmp_path / "dispatch.csv").write_text(RULES, "utf-8")
    (tmp_path / "dispatch_thresholds.csv").write_text(THRESHOLDS, "utf-8")
    catalogue = read_catalogue(tmp_path)
    monkeypatch.setattr(dispatch_advice, "dispatch_catalogue", lambda: catalogue)


@pytest.fixture
def reads():
    """``reads(0.8)``: the reader is so sure."""
    before = get_text_reader()
    yield lambda probability: set_text_reader(Reader(probability))
    set_text_reader(before)


def ask(browser: Client | None = None, words: str = WORDS, **more: str):
    return (browser or Client()).post(HINTS, {"words": words, **more})


def text(answer) -> str:
    return str(answer.content.decode())


def test_proposes_kind_category_and_agency_with_how_sure_it_is(reads):
    reads(0.873)
    said = ask()
    assert said.status_code == 200
    assert said.headers["Cache-Control"] == "private, no-store"
    for part in ("求助", "路灯", "长沙路灯", "87.3%", "依据的词：路灯、修好", "前答复"):
        assert part in text(said)


def test_says_nothing_of_a_category_it_is_not_sure_of(reads):
    reads(0.49)
    said = text(ask())
    assert "类别“" not in said
    assert "牵头" not in said


def test_a_kind_that_the_person_named_is_told_as_theirs(reads):
    reads(0.9)
    assert "您选了<strong>投诉</strong>" in text(ask(kind="complaint"))


def test_shows_open_requests_and_published_answers_without_words_of_others():
    open_one = file("岳麓区桐梓坡路口的路灯坏了好几天，晚上过马路很危险。我叫王小二。", actor=NEIGHBOUR)
    done = answered(words="岳麓区桐梓坡路口路灯坏了，晚上过马路危险，希望修好。", actor=NEIGHBOUR)
    publish_answer(actor=head(LIGHTS), request_id=done.request_id, words="路灯已换新，3日内全部点亮。", now=NOW)
    stranger = text(ask())
    assert "有人正在反映类似的事" in stranger
    assert "3日内全部点亮" in stranger
    assert "王小二" not in stranger
    assert "是同一件" not in stranger
    browser = Client()
    browser.cookies["shimin_session"] = make_resident().token
    assert f'formaction="/requests/{open_one.request_id}/join"' in text(ask(browser))


@pytest.mark.parametrize("kind", [RequestKind.REPORT, None])
def test_shows_neither_reports_nor_what_was_filed_in_confidence(kind):
    file(WORDS, actor=NEIGHBOUR, kind=kind, is_confidential=kind is None)
    assert "类似的事" not in text(ask())


def test_danger_and_numbers_of_people_are_told_at_once():
    said = text(ask(words="楼上起火了，有人被困，业主电话13812345678"))
    assert 'role="alert"' in said
    assert said.index("tel:119") < said.index("里面写了手机号码：")


def test_what_was_written_is_shown_as_text():
    file("<img src=x onerror=alert(1)>岳麓区桐梓坡路口的路灯坏了晚上过马路危险", actor=NEIGHBOUR)
    said = text(ask())
    assert "有人正在反映类似的事" in said
    assert "<img" not in said


@pytest.mark.parametrize("words", ["", "灯", "😀" * 20, "灯" * 50_000, "\0" * 30])
@pytest.mark.parametrize("more", [{}, {"address": "路" * 900}])
def test_has_nothing_to_say_of_what_cannot_be_filed(words, more):
    assert ask(words=words, **more).status_code == 204


def test_a_kind_that_is_none_says_nothing():
    assert ask(kind="nonsense").status_code == 204


def test_keeps_no_word_and_logs_none(caplog, capsys):
    secret = "岳麓区我家的水管在漏，三栋二单元，盼来人修理"
    assert ask(words=secret).status_code == 200
    assert ServiceRequest.objects.count() == 0
    said = caplog.text + "".join(capsys.readouterr())
    assert "三栋二单元" not in said
    before = similar._words.cache_info().currsize
    ask(words=secret + "！再说一次")
    assert similar._words.cache_info().currsize == before


def test_too_many_looks_are_refused_and_say_when_to_come_back(monkeypatch):
    monkeypatch.setattr(hints_page, "_looks", LocalBucket(limit=2, per_seconds=60))
    answers = [ask() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_needs_a_token_and_a_post_and_a_city():
    assert Client(enforce_csrf_checks=True).post(HINTS, {"words": WORDS}).status_code == 403
    assert Client().get(HINTS).status_code == 405
    assert Client().post("/c/999999/ask/hints", {"words": WORDS}).status_code == 404


def test_the_api_names_agencies_answers_and_the_promise(reads):
    reads(0.873)
    done = answered(words="岳麓区桐梓坡路口路灯坏了，晚上过马路危险，希望修好。", actor=NEIGHBOUR)
    publish_answer(actor=head(LIGHTS), request_id=done.request_id, words="路灯已换新。", now=NOW)
    told = Client().post(
        "/api/v1/requests/suggestions", json.dumps({"city_code": CITY, "words": WORDS}), "application/json"
    ).json()  # fmt: skip
    assert told["agencies"] == [
        {"agency_id": str(LIGHTS), "agency": "长沙路灯", "categories": ["路灯"], "probability": 0.873}
    ]
    assert [each["answer"] for each in told["similar"]] == ["路灯已换新。"]
    assert told["articles"] == []
    assert told["due_at"] > NOW.isoformat()[:10]
