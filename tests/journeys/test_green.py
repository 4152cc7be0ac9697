"""The green account: empty at first, told how it is counted, and the totals of cities."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter

PHONE = "13800000001"


def test_my_account_tells_where_each_gram_comes_from(new_page: NewPage):
    page = new_page()
    enter(page, PHONE)
    page.get_by_role("link", name="绿账单").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("绿账单")
    expect(page.get_by_text("还没有核实。").first).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="各地一共省下多少").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("各地的绿账单")
    assert serious_violations(page) == []


def test_totals_are_for_everybody_and_fit_a_small_phone(new_page: NewPage):
    page = new_page(width=320, height=640, script=True)
    page.goto("/green")
    expect(page.get_by_text("至少有 10 个人")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
