"""Somebody whose name was changed at the police tells it once; a name that the register does not have is refused."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive, enter

# The demo has her account under the name she had; the population register has the one she has now.
PHONE, NOW_CALLED, SOCIAL_CARD = "13800000004", "龙国雪", "C65059317"


def tell(page: Page, name: str) -> None:
    page.get_by_label("现在的姓名").fill(name)
    page.get_by_label("这种证件上的号码").fill(SOCIAL_CARD)
    consent = page.get_by_label(re.compile("^我同意"))
    if not consent.is_checked():
        consent.check()
    page.locator("main form button[type=submit]").first.click()


def test_a_changed_name_is_told_once(new_page: NewPage):
    page = new_page(width=320, height=640)
    enter(page, PHONE, "/account/real-name")
    expect(page.get_by_text("龙*", exact=True)).to_be_visible()
    page.get_by_role("link", name="在这里更新姓名").click()
    expect(page.get_by_label("现在的姓名")).to_be_visible()
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    tell(page, "龙国血")
    expect(page.get_by_text("姓名和身份证号码对不上").first).to_be_visible()
    assert serious_violations(page) == []
    tell(page, NOW_CALLED)
    arrive(page, "/account/real-name")
    expect(page.get_by_text("龙*雪", exact=True)).to_be_visible()
