"""Somebody with two accounts joins them, sees what came along, and takes it back with the other phone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive, enter

OTHER = "13800000097"
OTHER_PASSWORD = "Second-phone-2026"


def code_for(page: Page, words: str) -> str:
    """Read the demo's message box in a tab of its own."""
    box = page.context.new_page()
    box.goto("/demo/inbox")
    told = box.get_by_text(re.compile(words)).first
    expect(told).to_be_visible()
    found = re.search(r"\d{6}", told.inner_text())
    box.close()
    assert found
    return found.group()


def register(page: Page, phone: str) -> None:
    page.goto("/account/register")
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="发送验证码").click()
    arrive(page, "/account/register/code")
    page.get_by_label("验证码").fill(code_for(page, "您的注册验证码"))
    page.get_by_label("设置密码").fill(OTHER_PASSWORD)
    page.get_by_role("button", name="完成注册").click()
    arrive(page, "/me/")


def test_two_accounts_become_one_and_two_again(new_page: NewPage):
    second = new_page()
    register(second, OTHER)

    page = new_page()
    enter(page, "13800000003")
    page.goto("/me/security")
    page.get_by_role("link", name="合并账号").click()
    expect(page.get_by_role("heading", name="合并后会怎样")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="并入另一个账号").click()
    page.get_by_label("另一个账号的手机号").fill(OTHER)
    assert serious_violations(page) == []
    page.get_by_role("button", name="下一步").click()
    arrive(page, "/account/merge/prove")
    page.get_by_label("验证码").fill(code_for(page, "并到另一个账号，验证码"))
    page.get_by_label("那个账号的密码").fill(OTHER_PASSWORD)
    page.get_by_label("现在这个账号的密码").fill(PASSWORD)
    assert serious_violations(page) == []
    page.get_by_role("button", name="下一步").click()
    arrive(page, "/account/merge/confirm")
    expect(page.get_by_role("heading", name="看清楚再合并")).to_be_visible()
    expect(page.get_by_text(re.compile("1条消息"))).to_be_visible()  # the welcome
    assert serious_violations(page) == []
    page.get_by_role("button", name="合并这两个账号").click()
    expect(page.get_by_role("heading", name=re.compile("请勾选|有.*处要改|看清楚"))).to_be_visible()
    page.get_by_label("我知道合并后会怎样").check()
    page.get_by_role("button", name="合并这两个账号").click()
    arrive(page, "/me/merge")
    expect(page.get_by_text("已合并，还可以撤销")).to_be_visible()
    assert serious_violations(page) == []

    # The other phone is signed out, and leads to the account that stays.
    second.goto("/me/security")
    expect(second.get_by_role("heading", name="登录")).to_be_visible()

    second.goto("/account/sign-in")
    second.get_by_role("link", name="撤销账号合并").click()
    second.get_by_label("手机号").fill(OTHER)
    assert serious_violations(second) == []
    second.get_by_role("button", name="发送验证码").click()
    arrive(second, "/account/unmerge/code")
    second.get_by_label("验证码").fill(code_for(second, "您正在撤销账号合并"))
    assert serious_violations(second) == []
    second.get_by_role("button", name="撤销合并").click()
    expect(second.get_by_role("heading", name="已经分开")).to_be_visible()
    assert serious_violations(second) == []

    page.reload()
    expect(page.get_by_text("已撤销")).to_be_visible()
    expect(page.get_by_text("被合并的手机号")).to_be_visible()
