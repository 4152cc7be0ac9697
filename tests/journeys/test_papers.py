"""Somebody with a passport proves who they are online; with a residence card they add it to the same account."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive
from tests.journeys.test_account import new_phone, register

# The demo's exit-entry police know her by both papers (shimin.sandbox.lives.foreigners).
NAME, PASSPORT, CARD = "Carter Emily Anne", "561234987", "943840198704120021"


def fill(page: Page, number: str, until: str, social_card: str) -> None:
    page.get_by_label(re.compile("^姓名")).fill(NAME)
    page.get_by_label(re.compile("号码 (Passport|Card) number")).fill(number)
    page.get_by_label(re.compile("^有效期至")).fill(until)
    page.get_by_label("这种证件上的号码").fill(social_card)
    page.get_by_label(re.compile("^我同意")).check()


def test_a_passport_and_a_residence_card_are_one_person(new_page: NewPage):
    page = new_page(width=320, height=640)
    register(page, new_phone())
    page.goto("/account/real-name?next=/me/")
    assert serious_violations(page) == []
    page.get_by_role("link", name="护照 Passport").click()
    page.get_by_label(re.compile("^签发国家")).select_option("USA")
    page.get_by_label(re.compile("^出生日期")).fill("1987-04-12")
    fill(page, PASSPORT, "2031-08-21", "F07300400")
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("button", name="核实身份 Verify").click()
    expect(page.get_by_text("证件信息对不上").first).to_be_visible()
    page.get_by_label(re.compile("^有效期至")).fill("2031-08-20")
    page.get_by_label(re.compile("^我同意")).check()
    page.get_by_role("button", name="核实身份 Verify").click()
    arrive(page, "/me/")
    page.goto("/account/real-name")
    expect(page.get_by_text("5******87")).to_be_visible()
    page.get_by_role("link", name="加上这本证件").click()
    page.get_by_role("link", name="外国人永久居留身份证").click()
    fill(page, CARD, "2033-03-01", "F07300400")
    page.get_by_role("button", name="核实身份 Verify").click()
    arrive(page, "/me/")
    page.goto("/account/real-name")
    expect(page.get_by_text("943***********0021")).to_be_visible()
    assert serious_violations(page) == []

    other = new_page(width=320, height=640, script=False)
    register(other, new_phone())
    other.goto("/account/real-name?paper=residence_card")
    fill(other, CARD, "2033-03-01", "F07300400")
    other.get_by_role("button", name="核实身份 Verify").click()
    expect(other.get_by_text("这个证件号码已经在另一个账号上核实过了").first).to_be_visible()
