"""Automatic payment: set up, signed at Alipay, announced, taken by the worker, in the history, paused, withdrawn."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import NewPage
from tests.journeys.stack import Demo
from tests.journeys.test_bills import bind, holders, look_at  # noqa: F401 (fixture)
from tests.journeys.test_main_job import a_phone, register_in_browser


def wait_for(page: Page, address: str, wanted: Locator) -> None:
    """Open the page again until it shows what the worker has done."""
    for _ in range(60):
        page.goto(address)
        if wanted.count():
            break
        page.wait_for_timeout(500)
    expect(wanted.first).to_be_visible()


def test_a_bill_pays_itself_until_it_is_stopped(
    new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]  # noqa: F811
):  # fmt: skip
    page = new_page(width=390)
    register_in_browser(page, demo, a_phone())
    mine = holders[0]
    bind(page, "changsha-electricity", mine["utility_accounts"][1], mine["name"], "我家")
    page.get_by_role("link", name="设置自动缴费").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我家的电费，自动缴")
    assert look_at(page) == []
    page.get_by_label(re.compile("每笔最多")).fill("2000")
    page.get_by_label(re.compile("每月最多")).fill("1000")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("去签约")).click()
    expect(page.locator("main")).to_contain_text("不能小于每笔上限")
    assert look_at(page) == []
    page.get_by_label(re.compile("每月最多")).fill("5000")
    page.get_by_role("button", name=re.compile("去签约")).click()
    expect(page.locator("main")).to_contain_text("还没签约，没有生效")
    assert look_at(page) == []
    plan = page.url

    page.get_by_role("link", name="去支付宝签约").click()
    expect(page.locator("main")).to_contain_text("自动扣款协议")
    agreement = f"/agreement?no=AP{plan.rsplit('/', 1)[1]}"
    gateway = page.url.split("/gateway.do")[0]
    page.get_by_role("button", name="同意协议并开通").click()
    expect(page.locator("main")).to_contain_text("已生效")

    now = page.get_by_role("button", name="不用等，现在就扣")
    wait_for(page, plan, now)
    assert look_at(page) == []
    page.goto("/me/inbox")
    expect(page.locator("main")).to_contain_text("即将自动扣款")
    page.goto(plan)
    now.first.click()
    wait_for(page, plan, page.locator("li.cell", has_text="已缴清"))
    assert look_at(page) == []
    page.get_by_role("link", name="看订单和收据").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款收据")
    expect(page.locator("main")).to_contain_text("支付宝")

    page.goto(plan)
    page.get_by_role("button", name="暂停自动缴费").click()
    expect(page.locator("main")).to_contain_text("已暂停")
    assert look_at(page) == []
    page.get_by_role("button", name="恢复自动缴费").click()
    expect(page.locator("main")).to_contain_text("已生效")
    page.get_by_role("button", name="停止并解除代扣").click()
    expect(page.locator("main")).to_contain_text("支付宝的代扣协议已经失效")
    assert look_at(page) == []
    page.goto(f"{gateway}{agreement}")
    expect(page.locator("main")).to_contain_text("协议已解除")


def test_ended_at_alipay_it_ends_here(new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]):  # noqa: F811
    page = new_page(width=1280, height=800)
    register_in_browser(page, demo, a_phone())
    theirs = holders[1]
    bind(page, "changsha-gas", theirs["utility_accounts"][2], theirs["name"], "爸妈家")
    page.goto("/c/430100/items/auto-pay")
    page.get_by_role("link", name="设置自动缴费").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("自动缴费")
    assert look_at(page) == []
    page.get_by_role("link", name=re.compile("爸妈家的燃气费")).click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("去签约")).click()
    plan = page.url
    page.get_by_role("link", name="去支付宝签约").click()
    gateway = page.url.split("/gateway.do")[0]
    page.get_by_role("button", name="同意协议并开通").click()
    expect(page.locator("main")).to_contain_text("已生效")
    page.goto(f"{gateway}/agreement?no=AP{plan.rsplit('/', 1)[1]}")
    page.get_by_role("button", name="解除协议").click()
    expect(page.locator("main")).to_contain_text("协议已解除")
    wait_for(page, plan, page.locator("main", has_text="支付机构那边已经解约"))
    assert look_at(page) == []
