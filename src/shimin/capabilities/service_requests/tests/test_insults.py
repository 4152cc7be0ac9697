"""Insults: taken and filed, folded at the desk, blotted out for others, stopped in answers; no alarm on plain words."""

from __future__ import annotations

import csv
import gzip
import json
import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.domain.insults import (
    SHIPPED,
    InsultsUnreadable,
    read_insults,
)
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.public import get_published_answer, publish_answer
from shimin.capabilities.service_requests.queries.insults import insults, mask_for_others
from shimin.capabilities.service_requests.queries.similar import find_similar
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    RESIDENT,
    answered,
    file,
    head,
    in_progress,
)
from shimin.capabilities.service_requests.web import ask as ask_page
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.rate import LocalBucket

_MESSAGES = Path(__file__).parents[6] / "shared/data/hotline/messages.csv.gz"
ANGRY = "路灯坏了半个月，你们这帮王八蛋还管不管，傻 逼才相信明天修好。"
_logins = count(1)


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """The clock stands; looking over is not rationed."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ask_page, "_previews", LocalBucket(limit=1000, per_seconds=60))


def enter(role: str, agency_id: int | None = None) -> Client:
    """Return a browser of staff."""
    browser = Client()
    opened = make_officer(
        f"service_requests.{role}", login=f"civil-{next(_logins)}", agency_id=agency_id, region_code=CITY
    )
    browser.cookies["shimin_desk"] = opened.token
    return browser


def text(answer) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("真是王八蛋", ("王八蛋",)),
        ("傻*逼，傻　B", ("傻*逼",)),
        ("ＳＢ领导", ("ＳＢ",)),
        ("你们sb吗", ("sb",)),
        ("这个狗官，狗官！", ("狗官",)),
        ("他\u200b妈\u200b的", ("他\u200b妈\u200b的",)),
    ],
)
def test_finds_insults_as_they_are_written(words, found):
    assert read_insults(SHIPPED).found_in(words)[: len(found)] == found


@pytest.mark.parametrize(
    "words",
    [
        "SBS改性沥青，SB/T10720-2012，湘A·SB123", "脑残疾人的补贴", "牵着妈妈的衣角，我妈的医保",
        "杂种优势水稻，复杂种类", "牲畜生病，家畜生产", "现金混账户", "孩子他妈的电话", "垃圾站臭气熏天，狗屎遍地",
        "开发商无耻，黑心，是骗子，耍无赖，像流氓和强盗", "民诉法第二百五十二条", "尼玛县和太尼玛医院",
        "弱智儿童的学校", "几把钥匙", "人畜生存受威胁", "有一句假话不得好死", "危险废物，废物利用", "他傻，逼我签字",
        "一名舵手操作，你们", "狗吃屎", "贫贱人家",
    ],
)  # fmt: skip
def test_leaves_plain_words_and_hard_judgements_alone(words):
    assert read_insults(SHIPPED).found_in(words) == ()


@pytest.mark.skipif(not _MESSAGES.exists(), reason="the messages of the message board are not in a clone")
def test_almost_no_real_message_is_flagged():
    listed = read_insults(SHIPPED)
    with gzip.open(_MESSAGES, "rt", encoding="utf-8-sig", newline="") as file_:
        flagged = [row["id"] for row in csv.DictReader(file_) if listed.found_in(f"{row['subject']}\n{row['body']}")]
    assert sorted(flagged) == ["209551", "239227", "274997", "283616"]  # each read: all four insult or swear


def test_masking_keeps_the_length_and_the_rest():
    masked = read_insults(SHIPPED).mask(ANGRY)
    assert len(masked) == len(ANGRY)
    assert masked == "路灯坏了半个月，你们这帮***还管不管，***才相信明天修好。"


@pytest.mark.parametrize(
    "content",
    ["", "word\n王八蛋\n", "word,unless\n", "word,unless\n坏,\n", "word,unless\n王八蛋,完全无关\n"],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, content):
    path = tmp_path / "insults.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(InsultsUnreadable):
        read_insults(path)


def test_a_city_may_have_its_own_list(settings, tmp_path):
    settings.SHIMIN = replace(django_settings.SHIMIN, rules_dir=tmp_path)
    (tmp_path / "insults.csv").write_text("word,unless\n哈宝,哈宝贝\n", "utf-8")
    assert insults().found_in("你这个哈宝，王八蛋，哈宝贝") == ("哈宝",)
    (tmp_path / "insults.csv").write_text("nonsense", "utf-8")
    assert insults().found_in("王八蛋") == ("王八蛋",)  # the shipped one counts


@pytest.mark.django_db
def test_an_angry_citizen_is_taken_and_told_so(city):
    browser = Client()
    page = text(browser.post(f"/c/{CITY}/ask", {"words": ANGRY}))
    assert "一样会收下、按期办理" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    assert browser.post(f"/c/{CITY}/ask", {"words": ANGRY, "step": "file", "key": key[1]}).status_code == 302
    assert ServiceRequest.objects.get().words == ANGRY
    body = json.dumps({"city_code": CITY, "words": ANGRY})
    assert Client().post("/api/v1/requests/suggestions", body, "application/json").json()["has_insults"] is True


@pytest.mark.django_db
def test_the_officer_is_warned_and_sees_the_words_folded(city):
    receipt = in_progress(words=ANGRY)
    officer = enter("officer", city.lights)
    page = text(officer.get(f"/desk/requests/{receipt.request_id}"))
    assert "里面有骂人的话，已经遮住" in page
    folded, original = page.split("看原话")
    assert "王八蛋" not in folded
    assert "王八蛋" in original
    assert "王八蛋" not in text(officer.get("/desk/requests/handle"))
    bearer = {"Authorization": f"Bearer {officer.cookies['shimin_desk'].value}"}
    told = Client().get(f"/api/v1/desk/requests/{receipt.request_id}", headers=bearer).json()
    assert (told["has_insults"], told["words"]) == (True, ANGRY)


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["reply", "draft_reply", "interim_reply", "return", "suspend"])
def test_an_officers_words_that_insult_are_stopped(city, action):
    receipt = in_progress()
    said = {"words": "你这种人渣，灯已经修好。", "look_again_date": "2026-12-20"}
    answer = enter("officer", city.lights).post(f"/desk/requests/{receipt.request_id}/{action}", said)
    assert answer.status_code == 422
    assert "骂人的话（人渣）" in text(answer)
    assert ServiceRequest.objects.get(id=receipt.request_id).state == "in_progress"


@pytest.mark.django_db
def test_the_words_of_a_part_that_is_split_off_are_the_citizens(city):
    receipt = in_progress()
    page = f"/desk/requests/{receipt.request_id}"
    assert enter("officer", city.lights).post(f"{page}/split", {"words": "狗官不修井盖。"}).status_code == 302


@pytest.mark.django_db
def test_everybody_else_reads_it_blotted_out(city):
    receipt = answered(words=ANGRY)
    publish_answer(actor=head(LIGHTS), request_id=receipt.request_id, words="问：" + ANGRY + "答：已修好。", now=NOW)
    seen = get_published_answer(ANONYMOUS, receipt.request_id)
    file(ANGRY, actor=RESIDENT)
    with scope(ANONYMOUS):
        alike = find_similar(ANGRY, Place(), city_code=CITY, now=NOW)
    assert alike
    shown = " ".join([seen.title, seen.answer, *(part for each in alike for part in (each.title, each.answer))])
    assert "王八蛋" not in shown
    assert "***" in shown
    assert mask_for_others("王八蛋，13812345678") == "***，13*********"
