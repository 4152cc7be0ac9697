"""Entering as the demo's people do: two taps."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

PASSWORD = "Shimin-demo-2026"


def arrive(page: Page, address: str) -> None:
    """Wait until the page of this address is there, not one that only names it as the way on."""
    expect(page).to_have_url(re.compile(rf"^https?://[^/]+{re.escape(address)}$"))
    page.wait_for_load_state("load")


def enter_desk(page: Page, login: str, onward: str = "/desk/") -> None:
    """Sign a demo officer in: name and password, then the code that the demo has filled in."""
    page.goto(f"/desk/sign-in?next={onward}")
    page.get_by_label("工号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="进入工作台").click()
    arrive(page, onward)


def enter(page: Page, phone: str, onward: str = "/me/") -> None:
    """Sign a demo citizen in."""
    page.goto(f"/account/sign-in?next={onward}")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrive(page, onward)
