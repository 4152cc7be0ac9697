"""The desk's frame with the keyboard, and 我的, as the demo's own people see them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk

PASSWORD = "Shimin-demo-2026"


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.locator("main input:visible").nth(0).fill(name)
    page.locator("main input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()  # the next one is the passkey's
    expect(page).not_to_have_url(re.compile("sign-in"))


def test_an_officer_works_the_desk_without_a_mouse(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter_desk(page, "city-editor")
    assert serious_violations(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    assert serious_violations(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("[data-row] a").first
    expect(first).to_be_focused()
    page.keyboard.press("1")
    expect(page).not_to_have_url(re.compile(r"/desk/$"))
    page.wait_for_load_state()
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile(r"/desk/$"))


def test_the_desk_fits_a_phone(new_page: NewPage):
    page = new_page(width=320, height=640)
    enter_desk(page, "city-editor")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_mine_is_open_to_everybody_and_signs_out(new_page: NewPage):
    page = new_page(width=320, height=640)
    sign_in(page, "/account/sign-in", "13800000001")
    page.goto("/me/")
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    expect(page.get_by_text("已实名")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/account/sign-in"))
