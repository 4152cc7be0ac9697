"""One account: ways to sign in, as a person uses them in a browser."""

from __future__ import annotations

import re
import secrets

import pyotp
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive, enter, enter_desk


def new_phone() -> str:
    return f"139{secrets.randbelow(10**8):08d}"


def register(page: Page, phone: str, host: str = "") -> None:
    page.goto(f"{host}/account/register")
    page.get_by_label("手机号").fill(phone)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/account/register/code"))  # the text is on its way only now
    box = page.context.new_page()
    box.goto("/demo/inbox")
    code = re.search(r"\d{6}", box.locator("main li", has_text=phone[-4:]).first.inner_text())
    box.close()
    assert code
    page.get_by_label("验证码").fill(code.group())
    page.get_by_label("设置密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrive(page, "/me/")


def test_a_code_app_guards_the_account_without_javascript(new_page: NewPage):
    page = new_page(script=False)
    phone = new_phone()
    register(page, phone)
    page.goto("/me/security")
    assert page.locator("main").inner_text()
    page.get_by_role("link", name="开启动态码").click()
    app = pyotp.TOTP(page.locator("code.secret").inner_text())
    page.get_by_label("应用里的6位数字").fill(app.now())
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="开启").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    page.goto("/account/sign-in")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/account/second"))
    page.get_by_label("动态码").fill(codes[0])
    page.get_by_role("button", name="登录", exact=True).click()
    arrive(page, "/me/")


def test_the_pages_of_the_second_factor_are_for_everybody(new_page: NewPage):
    page = new_page(width=320, height=640)
    register(page, new_phone())
    for path in ("/me/security", "/me/security/code-app", "/me/security/recovery-codes", "/me/data", "/me/data/close"):
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
    arrive(page, "/me/")
    page.goto("/account/real-name")
    expect(page.locator("main")).to_contain_text("3 级（银行卡核实）")


def test_takes_the_data_along_and_closes_the_account(new_page: NewPage):
    page = new_page(script=False)
    register(page, new_phone())
    page.goto("/me/data")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载全部（JSON）").click()
    assert download.value.suggested_filename == "shimin-my-data.json"
    page.get_by_role("link", name="注销账号").click()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_label("我知道注销后不能恢复").check()
    page.get_by_role("button", name="注销账号").click()
    expect(page.get_by_role("heading", name="账号已注销")).to_be_visible()
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/account/sign-in"))


def test_a_passkey_opens_the_account(new_page: NewPage):
    page = new_page()
    phone = new_phone()
    page.goto("/")
    host = re.sub(r"^http://[^:]+", "http://localhost", page.url).removesuffix("/")
    register(page, phone, host)  # keys are bound to names, not to numbers of machines
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    phone_inside = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": phone_inside})
    page.goto(f"{host}/me/security")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("名称").fill("我的手机")
    page.get_by_label("登录密码").fill(PASSWORD)
    assert serious_violations(page) == []
    page.get_by_role("button", name="添加").click()
    arrive(page, "/me/security")
    expect(page.get_by_role("link", name="删除 我的手机")).to_be_visible()
    page.goto(f"{host}/me/")
    page.get_by_role("button", name="退出登录").click()
    page.goto(f"{host}/account/sign-in?next=/me/security")
    assert serious_violations(page) == []
    page.get_by_role("button", name="用通行密钥登录").click()
    arrive(page, "/me/security")
    page.get_by_role("link", name="删除 我的手机").click()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="删除").click()
    arrive(page, "/me/security")
    expect(page.get_by_text("没有添加")).to_be_visible()


def test_without_script_the_door_shows_no_passkey(new_page: NewPage):
    page = new_page(script=False)
    page.goto("/account/sign-in")
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
