"""Choosing a city, reading a guide, telling what is wrong with it: with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage

ITEM = "/c/430100/items/traffic-violations"
PAGES = [
    "/?choose=1",
    "/?choose=1&q=cs",
    "/?in=430000",
    ITEM,
    f"{ITEM}?who=agent",
    "/c/430100/items/id-card-replacement",
    "/c/430100/themes/natural/095",
    "/c/430100/themes/legal/005",
    "/feedback?region=430100&item=traffic-violations",
]


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_keep_nobody_out(new_page: NewPage, dark: bool):
    page = new_page(dark=dark)
    found = {}
    for path in PAGES:
        page.goto(path)
        unfold(page)
        found[path] = serious_violations(page)
        if page.locator("h1").count() != 1:
            found[path].append("not one h1")
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("size", ["usual", "large"])
def test_pages_fit_320_pixels(new_page: NewPage, size: str):
    page = new_page(width=320, height=640)
    page.goto(f"/preferences/type?size={size}&next=/about")
    wide = []
    for path in PAGES:
        page.goto(path)
        unfold(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(path)
    assert wide == []


def test_a_situation_is_chosen_without_script(new_page: NewPage):
    page = new_page(script=False)
    page.goto(ITEM)
    page.get_by_label("请别人到窗口代查").check()
    page.get_by_role("button", name="看我要带什么").click()
    expect(page).to_have_url(re.compile(r"who=agent"))
    expect(page.get_by_text("授权委托书")).to_be_visible()


def test_a_city_is_found_by_initials_without_script_and_remembered(new_page: NewPage):
    page = new_page(script=False)
    page.goto("/")
    page.get_by_label("城市或区县").fill("cs")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="长沙市").click()
    expect(page).to_have_url(re.compile(r"/c/430100/$"))
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/c/430100/$"))


def test_a_city_is_found_by_position(new_page: NewPage):
    page = new_page()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 112.94, "latitude": 28.20})
    page.goto("/?choose=1")
    page.get_by_role("button", name="用我的位置").click()
    expect(page).to_have_url(re.compile(r"/c/430100/$"))


def test_a_fault_is_told_by_keyboard(page: Page):
    page.goto("/feedback?region=430100&item=traffic-violations")
    page.get_by_label("看不懂").focus()
    page.keyboard.press("Space")
    page.get_by_label("说一说").focus()
    page.keyboard.type("“记分”是什么意思？")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("收到了，谢谢您")).to_be_visible()
