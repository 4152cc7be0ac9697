"""The box: what the platform makes of words while one writes, similar requests to join, a recording instead."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Request, expect

from shimin.kernel.tests.sounds import recording
from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter, enter_desk

ASK = "/c/430100/ask"
BOX = "是什么事，在哪里，希望怎么办"


def write(page: Page, words: str) -> None:
    page.goto(ASK)
    page.get_by_label(BOX).press_sequentially(words, delay=5)


def file(page: Page, words: str) -> None:
    page.get_by_label(BOX).fill(words)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    page.get_by_role("button", name=re.compile("^提交")).click()
    expect(page).to_have_url(re.compile(r"/receipt$"))


def test_kind_category_and_agency_come_while_one_writes(new_page: NewPage):
    page = new_page(width=320, height=640)
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if each.url.endswith("/ask/hints") else None)
    write(page, "投诉出租车司机拒载，不打表，乱收费，要求的士公司整改。")
    panel = page.locator("[data-hints]")
    expect(panel.get_by_text("长沙市交通运输局")).to_be_visible()
    expect(panel.get_by_text("投诉", exact=True)).to_be_visible()
    expect(panel.get_by_role("status")).to_have_text(re.compile("^看起来是投诉，类别交通运输"))
    assert len(sent) <= 3, "asked when the writer pauses, not at every character"
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_label(BOX).fill("")
    expect(panel).to_be_hidden()


def test_danger_is_seen_before_anything_is_sent(page: Page):
    write(page, "楼上起火了，有人被困在里面出不来")
    expect(page.locator("[data-hints]").get_by_role("alert").get_by_role("link", name="119 火警")).to_be_visible()
    assert serious_violations(page) == []


def test_a_similar_request_is_joined_from_the_box(new_page: NewPage):
    words = "芙蓉区八一路人行天桥的电梯停了一个星期，老人上不去，请尽快修理。"
    first = new_page()
    first.goto(ASK)
    file(first, words)
    second = new_page(width=390, height=844)
    enter(second, "13800000002")
    write(second, "八一路人行天桥的电梯停了一个星期，老人上不去")
    second.get_by_role("button", name=re.compile("是同一件，一起反映.*八一路人行天桥")).first.click()
    expect(second.get_by_text("您加入了一起反映")).to_be_visible()


def test_without_a_script_the_words_are_looked_over_on_the_next_page(new_page: NewPage):
    page = new_page(script=False)
    page.goto(ASK)
    expect(page.locator("[data-hints]")).to_be_hidden()
    page.get_by_label(BOX).fill("投诉出租车司机拒载，不打表，乱收费，要求的士公司整改。")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("可能的牵头部门")).to_be_visible()
    expect(page.get_by_text("长沙市交通运输局")).to_be_visible()


def test_who_would_rather_speak_is_heard_at_the_desk(new_page: NewPage):
    page = new_page(width=320, height=640, script=False)
    page.goto(ASK)
    page.get_by_label(re.compile("^录音")).first.set_input_files(
        [
            {"name": "录音.amr", "mimeType": "audio/amr", "buffer": recording("amr", 2.0)},
            {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypmp42" + b"\0" * 99},
        ]
    )
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert").get_by_text(re.compile("第2段（film.mp4）"))).to_be_visible()
    expect(page.get_by_text("第 1 段录音（2秒）")).to_be_visible()
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    page.get_by_role("button", name=re.compile("^提交")).click()
    expect(page).to_have_url(re.compile(r"/receipt$"))
    number = page.url.split("/")[-2]
    page.goto(f"/requests/{number}")
    expect(page.get_by_text("录音 1（2秒）")).to_be_visible()
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    sound = hotline.locator("audio")
    expect(sound).to_have_count(1)
    played = sound.evaluate(
        "async sound => { sound.muted = true; await sound.play(); return [sound.error, Math.round(sound.duration)]; }"
    )
    assert played == [None, 2]
    assert serious_violations(hotline) == []
