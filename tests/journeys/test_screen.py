"""From the phone to the desk screen: two browsers, one code, one number."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive
from tests.journeys.test_account import register


def show_code(screen: Page) -> tuple[str, str]:
    """Return the address in the code and the number below it."""
    screen.goto("/account/sign-in?next=/me/sessions")
    screen.get_by_role("button", name="用手机扫码登录").click()
    expect(screen.get_by_role("heading", name="用已经登录的手机扫一扫")).to_be_visible()
    address = screen.get_by_role("link", name=re.compile("在另一个浏览器里打开")).get_attribute("href")
    number = screen.locator("[data-number]").inner_text()
    assert address
    assert re.fullmatch(r"\d\d", number)
    return address, number


def test_the_phone_signs_the_screen_in(new_page: NewPage):
    phone, screen = new_page(), new_page(width=1280, height=800)
    register(phone, f"137{secrets.randbelow(10**8):08d}")
    address, number = show_code(screen)
    assert serious_violations(screen) == []
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("只有您自己正坐在这台电脑前")
    expect(phone.locator("main")).to_contain_text("Linux 电脑")
    assert serious_violations(phone) == []
    phone.get_by_label("电脑上的两位数字").fill(number)
    phone.get_by_role("button", name="同意登录").click()
    expect(phone.get_by_role("heading", name="电脑可以登录了")).to_be_visible()
    expect(screen.get_by_role("heading", name="手机已经确认")).to_be_visible(timeout=15_000)
    assert serious_violations(screen) == []
    screen.get_by_role("button", name="进入市民之家").click()
    arrive(screen, "/me/sessions")
    expect(screen.get_by_role("region", name="登录设备").locator("li")).to_have_count(2)


def test_a_wrong_number_and_a_no_end_the_code(new_page: NewPage):
    phone, screen = new_page(width=320), new_page(script=False)
    register(phone, f"137{secrets.randbelow(10**8):08d}")
    address, number = show_code(screen)
    phone.goto(address)
    phone.get_by_label("电脑上的两位数字").fill("99" if number != "99" else "98")
    phone.get_by_role("button", name="同意登录").click()
    expect(phone.locator("main")).to_contain_text("已经作废")
    screen.get_by_role("button", name="手机上确认好了，继续").click()
    expect(screen.locator("main")).to_contain_text("手机上没有同意")
    address, _ = show_code(screen)
    phone.goto(address)
    assert not phone.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    phone.get_by_role("button", name="不是我").click()
    expect(phone.get_by_role("heading", name="没有让它登录")).to_be_visible()
    screen.get_by_role("button", name="手机上确认好了，继续").click()
    expect(screen.locator("main")).to_contain_text("手机上没有同意")
