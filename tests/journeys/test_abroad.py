"""Somebody abroad asks for help on a phone; the duty desk sees where and what time it is there, and hands over."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk


def test_from_osaka_to_the_duty_desk(new_page: NewPage):
    person = new_page(width=390, height=844)
    person.goto("/c/430100/abroad")
    assert serious_violations(person) == []
    person.get_by_label("您在哪个国家或地区").select_option(label="日本")
    person.get_by_role("button", name="下一步").click()
    expect(person.get_by_role("heading", name="日本")).to_be_visible()
    expect(person.get_by_text("中国驻日本大使馆")).to_be_visible()
    assert serious_violations(person) == []
    person.get_by_label(re.compile("^您在哪里")).fill("大阪心斋桥地铁站")
    person.get_by_label(re.compile("^遇到什么事")).fill("护照和钱包在地铁站被偷，明天要回国。")
    person.get_by_label(re.compile("^怎么找到您")).fill("+81 90 1234 5678")
    person.get_by_role("button", name="求助").click()
    expect(person).to_have_url(re.compile(r"/receipt$"))
    number = person.url.split("/")[-2]
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/abroad")
    hotline.get_by_role("link", name=re.compile(number)).click()
    expect(hotline.get_by_text("+81 90 1234 5678")).to_be_visible()
    expect(hotline.get_by_text("当地时间")).to_be_visible()
    assert serious_violations(hotline) == []
    hotline.goto("/desk/duty")
    hotline.get_by_label(re.compile("^交给下一班")).fill("大阪一件等使馆回电，早上六点再打。")
    hotline.get_by_role("button", name="交班").click()
    expect(hotline.get_by_text("等人接班")).to_be_visible()
    assert serious_violations(hotline) == []
