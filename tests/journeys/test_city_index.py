"""The city service index: from the map or the table to a city's profile, by keyboard, without script, at any width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage


def test_from_the_ranking_to_a_profile_by_keyboard(new_page: NewPage):
    page = new_page(width=1280, height=800)
    page.goto("/city-index")
    expect(page.get_by_role("heading", level=1)).to_have_text("城市服务指数")
    assert page.locator(".index-map a").count() == 31
    assert page.locator(".index-table tbody tr").count() == 31
    assert serious_violations(page) == []
    page.get_by_role("link", name="湖南各市州").click()
    expect(page.get_by_text("湖南各市州 · 2026年上半年").first).to_be_visible()
    assert page.locator(".index-map a").count() == 14
    assert serious_violations(page) == []
    page.get_by_role("link", name="长沙", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("长沙")
    expect(page.get_by_role("heading", name="怎样再上一个阶段")).to_be_visible()
    assert serious_violations(page) == []


def test_a_click_on_the_map_opens_the_region(new_page: NewPage):
    page = new_page(width=1280, height=800)
    page.goto("/city-index")
    place = page.locator(".index-map a", has=page.locator("title", has_text=re.compile("^青海：")))
    place.locator("path").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("青海")


def test_the_table_is_sorted_without_script(new_page: NewPage):
    page = new_page(script=False)
    page.goto("/city-index")
    page.get_by_role("link", name="便民服务").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("便民服务")
    values = [float(each) for each in page.locator(".index-table tbody td:nth-child(7)").all_inner_texts()]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_fit_320_pixels_and_keep_nobody_out(new_page: NewPage, dark: bool):
    page = new_page(width=320, height=640, dark=dark)
    page.goto("/city-index")
    profile = page.locator(".index-table tbody a").first.get_attribute("href")
    for path in ("/city-index", str(profile)):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
        assert serious_violations(page) == [], path
