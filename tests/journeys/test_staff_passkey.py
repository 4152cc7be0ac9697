"""An officer adds a passkey, enters the desk with it after the password, and takes it away again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive


def test_an_officer_enters_with_a_passkey(new_page: NewPage):
    page = new_page()
    page.goto("/")
    host = re.sub(r"^http://[^:]+", "http://localhost", page.url).removesuffix("/")  # keys are bound to names
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": key})

    def password() -> None:
        page.goto(f"{host}/desk/sign-in?next=/desk/security")
        page.get_by_label("工号").fill("finance-2")
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="填动态码")).to_be_visible()

    password()
    expect(page.get_by_role("button", name="用通行密钥进入")).to_have_count(0)
    page.get_by_role("button", name="进入工作台").click()
    arrive(page, "/desk/security")
    assert serious_violations(page) == []
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("名称").fill("安全钥匙")
    page.get_by_label("登录密码").fill(PASSWORD)
    assert serious_violations(page) == []
    page.get_by_role("button", name="添加").click()
    arrive(page, "/desk/security")
    expect(page.get_by_role("link", name="删除 安全钥匙")).to_be_visible()
    page.get_by_role("button", name="退出").click()

    password()
    assert serious_violations(page) == []
    page.get_by_role("button", name="用通行密钥进入").click()
    arrive(page, "/desk/security")
    expect(page.get_by_text("还没用过")).to_have_count(0)
    page.get_by_role("link", name="删除 安全钥匙").click()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="删除").click()
    arrive(page, "/desk/security")
    expect(page.get_by_text("没有添加")).to_be_visible()
