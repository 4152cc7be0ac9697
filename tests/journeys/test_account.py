"""One account: ways to sign in, as a person uses them in a browser."""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, enter, enter_desk


def register(page: Page, phone: str) -> None:
    page.goto("/account/register")
    page.get_by_label("手机号").fill(phone)
    page.keyboard.press("Enter")
    box = page.context.new_page()
    box.goto("/demo/inbox")
    code = re.search(r"\d{6}", box.locator("main li", has_text=phone[-4:]).first.inner_text())
    box.close()
    assert code
    page.get_by_label("验证码").fill(code.group())
    page.get_by_label("设置密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/me/"))


def test_a_code_app_guards_the_account_without_javascript(new_page: NewPage):
    page = new_page(script=False)
    register(page, "13900001101")
    page.goto("/me/security")
    assert page.locator("main").inner_text()
    page.get_by_role("link", name="开启动态码").click()
    app = pyotp.TOTP(page.locator("code.secret").inner_text())
    page.get_by_label("应用里的6位数字").fill(app.now())
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="开启").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    page.goto("/account/sign-in")
    page.get_by_label("手机号").fill("13900001101")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/account/second"))
    page.get_by_label("动态码").fill(codes[0])
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/me/"))


def test_the_pages_of_the_second_factor_are_for_everybody(new_page: NewPage):
    page = new_page(width=320, height=640)
    register(page, "13900001102")
    for path in ("/me/security", "/me/security/code-app", "/me/security/recovery-codes"):
        page.goto(path)
        assert serious_violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path


def test_a_demo_officer_enters_the_desk_in_two_taps(new_page: NewPage):
    page = new_page()
    enter_desk(page, "city-editor")
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def test_a_bank_card_raises_the_level(new_page: NewPage):
    page = new_page(width=320)
    enter(page, "13800000001")
    page.goto("/account/bank-card?next=/me/")
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_label("本人的银行卡号").fill("6299 9900 0084 1975 315")
    page.get_by_label("在银行登记的手机号").fill("14207654321")
    page.get_by_label(re.compile("我同意")).check()
    page.get_by_role("button", name="核实").click()
    expect(page).to_have_url(re.compile("/me/$"))
    page.goto("/account/real-name")
    expect(page.locator("main")).to_contain_text("3 级（银行卡核实）")
