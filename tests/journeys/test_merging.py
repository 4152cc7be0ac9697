"""Somebody with two accounts joins them, finds the one's request in the other, and takes it back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive, enter

STAYS, OTHER = "13800000004", "13800000005"


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


def file(page: Page, words: str) -> str:
    """File a request and return its number."""
    page.goto("/c/430100/ask")
    page.get_by_label("是什么事，在哪里，希望怎么办").fill(words)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    page.get_by_role("button", name=re.compile("^提交")).click()
    expect(page).to_have_url(re.compile(r"/requests/[0-9A-Z]{19}/receipt$"))
    return page.url.split("/")[-2]


def sees(page: Page, number: str, *, within: float = 20_000) -> None:
    """Wait until the worker has brought a request to the account that is signed in."""
    page.goto("/me/requests")
    link, waited = page.locator(f"a[href*='{number}']"), 0
    while not link.count() and waited < within:
        page.wait_for_timeout(500)
        waited += 500
        page.reload()
    expect(link.first).to_be_visible()


def test_two_accounts_become_one_and_two_again(new_page: NewPage):
    second = new_page()
    enter(second, OTHER)
    number = file(second, "天心区书院路路口的信号灯绿灯太短，老人走不到对面，请调整时间。")

    page = new_page()
    enter(page, STAYS)
    page.goto("/me/requests")
    expect(page.locator(f"a[href*='{number}']")).to_have_count(0)
    page.goto("/me/security")
    page.get_by_role("link", name="合并账号").click()
    expect(page.get_by_role("heading", name="合并后会怎样")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="并入另一个账号").click()
    arrive(page, "/account/merge")
    page.get_by_label("另一个账号的手机号").fill(OTHER)
    assert serious_violations(page) == []
    page.get_by_role("button", name="下一步").click()
    arrive(page, "/account/merge/prove")
    page.get_by_label("验证码").fill(code_for(page, "并到另一个账号，验证码"))
    page.get_by_label("那个账号的密码").fill(PASSWORD)
    page.get_by_label("现在这个账号的密码").fill(PASSWORD)
    assert serious_violations(page) == []
    page.get_by_role("button", name="下一步").click()
    arrive(page, "/account/merge/confirm")
    expect(page.get_by_role("heading", name="看清楚再合并")).to_be_visible()
    expect(page.get_by_text(re.compile("1条诉求"))).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="合并这两个账号").click()
    expect(page.get_by_text("请勾选“我知道合并后会怎样”。").first).to_be_visible()
    page.get_by_label("我知道合并后会怎样").check()
    page.get_by_role("button", name="合并这两个账号").click()
    arrive(page, "/me/merge")
    expect(page.get_by_text("已合并，还可以撤销")).to_be_visible()
    assert serious_violations(page) == []

    # The other one is signed out, and its request is the staying account's.
    second.goto("/me/security")
    expect(second.get_by_role("heading", name="登录")).to_be_visible()
    sees(page, number)

    page.goto("/me/merge")
    page.get_by_role("link", name="撤销合并").click()
    expect(page.get_by_role("heading", name="撤销合并")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_label("密码").first.fill(PASSWORD)
    page.get_by_role("button", name="撤销合并").click()
    arrive(page, "/me/merge")
    expect(page.get_by_text("已撤销")).to_be_visible()

    enter(second, OTHER)
    sees(second, number)
    page.goto("/me/requests")
    expect(page.locator(f"a[href*='{number}']")).to_have_count(0)
