"""The supervisor sees the city's requests on the map, narrows them, and opens one; without script it is a list."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk


def test_from_the_queue_to_the_map_and_to_one_request(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter_desk(page, "supervisor", "/desk/requests/all")
    page.get_by_label("地点里有").fill("桐梓坡路")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("address="))
    page.get_by_role("link", name=re.compile("连办结的")).click()
    page.get_by_role("link", name="在地图上看").click()
    expect(page.locator("#request-map canvas")).to_be_attached()
    expect(page.locator("#map-said")).to_contain_text("这一片有")
    row = page.locator("#map-list a").first
    expect(row).to_contain_text("桐梓坡路")
    assert serious_violations(page) == []
    page.get_by_role("button", name="放大").click()
    expect(page.locator("#map-said")).to_contain_text("这一片")
    page.get_by_role("link", name="看列表").click()
    page.get_by_role("link", name=re.compile("桐梓坡路")).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_without_script_it_is_a_list(new_page: NewPage):
    page = new_page(width=390, height=844, script=False)
    enter_desk(page, "supervisor", "/desk/requests/all")
    page.goto("/desk/requests/all/map?history=1")
    expect(page.locator("#request-map")).to_be_hidden()
    page.get_by_role("link", name="岳麓", exact=True).click()
    expect(page.locator("#map-said")).to_contain_text("这一片有")
    expect(page.locator("#map-list a").first).to_be_visible()
