"""The city's home, search and the pages about the platform, as a person meets them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage

CITY = "/c/430100/"
FIRST_LOAD_BYTES = 120_000
PAGES = [
    CITY,
    f"{CITY}?tab=health",
    f"{CITY}search",
    f"{CITY}search?q=罚单",
    f"{CITY}search?q=恐龙化石",
    f"{CITY}for/natural",
    f"{CITY}for/legal",
    f"{CITY}life/natural/birth",
    f"{CITY}life/legal/closing",
    "/about",
    "/accessibility",
    "/privacy",
    "/site-map",
    "/no-such-page",
]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize(("dark", "width"), [(False, 390), (True, 1280)], ids=["phone", "wide-dark"])
def test_pages_keep_nobody_out(new_page: NewPage, dark: bool, width: int):
    page = new_page(width=width, dark=dark)
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = serious_violations(page)
        if page.locator("h1").count() != 1:
            found[path].append("not one h1")
        if not page.title().endswith("市民之家"):
            found[path].append(f"title {page.title()}")
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("size", ["usual", "large"])
def test_pages_fit_320_pixels(new_page: NewPage, size: str):
    page = new_page(width=320, height=640)
    page.goto(f"/preferences/type?size={size}&next=/about")
    wide = []
    for path in PAGES:
        page.goto(path)
        if scrolls_sideways(page):
            wide.append(path)
    assert wide == []


def test_finds_a_service_without_javascript(new_page: NewPage):
    page = new_page(script=False)
    page.goto(CITY)
    page.get_by_role("searchbox").fill("罚单")
    page.get_by_role("button", name="搜索").click()
    expect(page).to_have_url(re.compile(r"/search\?q="))
    page.get_by_role("link", name=re.compile("机动车违法查询")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("机动车违法查询")


def test_answers_while_one_types(page: Page):
    page.goto(f"{CITY}search")
    page.get_by_role("searchbox").press_sequentially("罚单", delay=20)
    expect(page.locator("#results").get_by_role("link", name=re.compile("机动车违法查询"))).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_finds_a_service_with_the_keyboard_only(page: Page):
    page.goto(CITY)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "search":
            break
    page.keyboard.type("公积金")
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_contain_text("公积金")
    # Focus is visible wherever it goes.
    for _ in range(10):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(([style]) => style.outlineStyle !== 'none')([getComputedStyle(document.activeElement)])"
            " || document.activeElement.closest('.search') !== null"
        )
        assert shown, page.evaluate("document.activeElement.outerHTML")


def test_skip_link_leads_to_the_content(page: Page):
    page.goto("/about")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_zero_results_show_the_way_on(page: Page):
    page.goto(f"{CITY}search?q=恐龙化石")
    results = page.locator("#results")
    expect(results).to_contain_text("没有找到")
    expect(results.get_by_role("link", name="打 12345")).to_have_attribute("href", "tel:12345")
    expect(results.get_by_role("heading", name="大家常办")).to_be_visible()


def test_tabs_work_as_links(new_page: NewPage):
    page = new_page(script=False)
    page.goto(CITY)
    page.get_by_role("navigation", name="类别").get_by_role("link", name="医疗").click()
    expect(page).to_have_url(re.compile(r"tab=health"))
    expect(page.get_by_role("navigation", name="类别").get_by_role("link", name="医疗")).to_have_attribute(
        "aria-current", "true"
    )


def test_large_type_is_a_link_that_comes_back(new_page: NewPage):
    page = new_page(script=False)
    page.goto(f"{CITY}search?q=罚单")
    page.get_by_role("link", name="长辈版").first.click()
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.locator("html")).to_have_class("large")
    page.get_by_role("link", name="标准版").first.click()
    expect(page.locator("html")).not_to_have_class("large")


def test_first_load_of_the_home_is_light(page: Page):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(CITY)
    page.wait_for_load_state("networkidle")
    assert len(sizes) >= 4
    assert sum(sizes) <= FIRST_LOAD_BYTES


def test_mine_asks_to_sign_in_and_comes_back(page: Page):
    page.goto(CITY)
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name="我的").click()
    expect(page).to_have_url(re.compile(r"/account/sign-in\?next=%?/?.*me"))


def test_an_unknown_city_and_page_say_what_to_do(page: Page):
    for path in ("/c/999999/", "/no-such-page"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("link", name="回首页")).to_be_visible()


def test_the_last_city_is_remembered(page: Page):
    page.goto(CITY)
    page.goto("/about")
    expect(page.locator(".head-city")).to_have_text("长沙")
