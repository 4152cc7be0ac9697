"""Use in numbers: what everybody may see, and what an analyst sees."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk


def test_everybody_sees_a_month_and_how_it_is_counted(new_page: NewPage):
    page = new_page(width=320, height=640, script=True)
    page.goto("/c/430100/use")
    expect(page.get_by_role("heading", level=1)).to_have_text("使用情况")
    expect(page.get_by_role("heading", name="这些数是怎么算的")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert serious_violations(page) == []
    page.get_by_role("link", name="上个月").click()
    expect(page.get_by_role("link", name="下个月")).to_be_visible()


def test_an_analyst_sees_the_last_days_exactly(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter_desk(page, "analyst")
    page.get_by_role("navigation", name="待办队列").get_by_role("link", name="使用情况").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("使用情况 · 长沙市")
    expect(page.get_by_role("heading", name="从打开到办成")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="最近7天").click()
    expect(page.locator("[aria-current=true]")).to_have_text("最近7天")


def test_other_officers_are_not_shown_exact_numbers(new_page: NewPage):
    page = new_page()
    enter_desk(page, "city-editor")
    response = page.goto("/desk/use")
    assert response is not None
    assert response.status in (403, 404)
