"""The place of a matter from the list: near by with leave, by district without a script."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage

ASK = "/c/430100/ask"
BOX = "是什么事，在哪里，希望怎么办"
WORDS = "路灯坏了一个星期，晚上看不见路，请尽快修好。"


def begin(page: Page) -> None:
    page.goto(ASK)
    page.get_by_label(BOX).fill(WORDS)
    page.get_by_role("button", name="从附近的地点里选").click()
    expect(page.get_by_role("heading", name="事情在哪里")).to_be_visible()


def test_the_nearest_place_is_picked_by_position(new_page: NewPage):
    page = new_page(width=390, height=844)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 112.9395, "latitude": 28.2279})
    begin(page)
    page.get_by_role("button", name="用我现在的位置找").click()
    expect(page.get_by_text("路口 · 岳麓 · 约 40 米")).to_be_visible()
    assert "112.9" not in page.url
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("radio", name=re.compile("^桐梓坡路口")).check()
    page.get_by_role("button", name="就是这里").click()
    expect(page.get_by_text("地点：桐梓坡路口，已附上它的位置。")).to_be_visible()
    expect(page.get_by_label(BOX)).to_have_value(WORDS)
    expect(page.get_by_role("textbox", name=re.compile("^地点"))).to_have_value("桐梓坡路口")
    assert serious_violations(page) == []
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("已附上位置")).to_be_visible()


def test_by_district_without_a_script(new_page: NewPage):
    page = new_page(width=1280, height=800, script=False)
    begin(page)
    page.get_by_label("区县", exact=True).select_option("430105")
    page.get_by_role("button", name="列出地点").click()
    page.get_by_role("radio", name=re.compile("^月湖公园西门")).check()
    page.get_by_role("button", name="就是这里").click()
    expect(page.get_by_label(BOX)).to_have_value(WORDS)
    expect(page.get_by_role("textbox", name=re.compile("^地点"))).to_have_value("月湖公园西门")
    # Enter goes on, it does not open the list again.
    page.get_by_role("textbox", name=re.compile("^地点")).press("Enter")
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
