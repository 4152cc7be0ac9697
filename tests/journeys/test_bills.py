"""Three bills for two homes, paid at once, the account's page with its plots; a campus card; a refund."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.stack import Demo
from tests.journeys.test_main_job import a_phone, register_in_browser
from tests.journeys.test_portal import scrolls_sideways


@pytest.fixture
def holders(demo: Demo) -> list[dict[str, Any]]:
    """Two residents who keep homes; not the ones that demonstrations show."""
    command = [sys.executable, "-m", "shimin.sandbox", "residents", "--json", "--with", "utility-accounts"]
    answer = subprocess.run(
        [*command, "--limit", "400", "--data-dir", str(demo.sandbox)], capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    return random.SystemRandom().sample(found[2:], 2)


def look_at(page: Page) -> list[str]:
    return [*serious_violations(page), *(["scrolls sideways"] if scrolls_sideways(page) else [])]


def bind(page: Page, biller: str, number: str, holder: str, home: str) -> None:
    page.goto("/bills/bind")
    page.get_by_label("缴什么").select_option(value=biller)
    page.get_by_role("textbox", name="户号").fill(number)
    page.get_by_role("textbox", name="户名").fill(holder)
    page.get_by_label("这是哪个家").fill(home)
    page.get_by_role("checkbox").check()
    assert look_at(page) == []
    page.get_by_role("button", name="核对并绑定").click()


def test_three_bills_for_two_homes(new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]):
    page = new_page(width=320)
    register_in_browser(page, demo, a_phone())
    page.goto("/c/430100/items/utility-bills")
    page.get_by_role("link", name=re.compile("查账单并缴费")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("生活缴费")
    assert look_at(page) == []

    mine, parents = holders
    bind(page, "changsha-water", mine["utility_accounts"][0], parents["name"], "我家")
    expect(page.locator("main")).to_contain_text("对不上")
    assert look_at(page) == []
    for biller, person, place, home in (
        ("changsha-water", mine, 0, "我家"),
        ("changsha-electricity", mine, 1, "我家"),
        ("changsha-gas", parents, 2, "爸妈家"),
    ):
        bind(page, biller, person["utility_accounts"][place], person["name"], home)
        expect(page.get_by_role("heading", level=1)).to_contain_text(home)
        assert look_at(page) == []

    page.goto("/bills/")
    expect(page.locator(".answer-sentence")).to_contain_text("张账单待缴")
    assert look_at(page) == []
    page.get_by_role("button", name="缴选中的账单").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款")
    for title in ("水费", "电费", "燃气费"):
        expect(page.locator("main")).to_contain_text(title)
    order = page.url
    page.get_by_role("link", name=re.compile("支付宝缴款")).click()
    page.get_by_role("button", name=re.compile("付款")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款收据")
    settled = page.locator("main", has_text="已缴清")
    for _ in range(20):
        if settled.count():
            break
        page.wait_for_timeout(500)
        page.goto(order)
    expect(settled).to_be_visible()

    page.goto("/bills/")
    expect(page.locator(".answer-sentence")).to_have_text("都缴清了，没有待缴的账单")
    page.get_by_role("link", name=re.compile("电费")).first.click()
    expect(page.locator("figure.plot-line")).to_be_visible()
    expect(page.locator("figure.plot-bars")).to_be_visible()
    assert look_at(page) == []


def test_a_billers_day_file_goes_both_ways(new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]):
    page, finance = new_page(width=390), new_page(width=1280, height=800)
    register_in_browser(page, demo, a_phone())
    bind(page, "changsha-gas", holders[0]["utility_accounts"][2], holders[0]["name"], "我家")
    page.goto("/bills/")
    page.get_by_role("button", name="缴选中的账单").click()
    order = page.url
    page.get_by_role("link", name=re.compile("支付宝缴款")).click()
    page.get_by_role("button", name=re.compile("付款")).click()
    settled = page.locator("main", has_text="已缴清")
    for _ in range(20):
        if settled.count():
            break
        page.wait_for_timeout(500)
        page.goto(order)
    expect(settled).to_be_visible()

    today = datetime.now(UTC).astimezone(timezone(timedelta(hours=8))).date()
    enter_desk(finance, "finance")
    finance.goto(f"/desk/payments/days/{today.isoformat()}")
    finance.get_by_label("支付机构或收费单位").select_option("biller:changsha-gas")
    finance.get_by_role("button", name="导入并比对").click()
    gas = finance.locator("tr[data-row]", has_text="长沙示例燃气公司").first
    expect(gas).not_to_contain_text("未导入")
    finance.get_by_role("button", name="把我方日文件发给收费单位核对").click()
    expect(gas).to_contain_text("对方核对一致")
    assert look_at(finance) == []
    if folder := os.environ.get("SHIMIN_JOURNEY_PICTURES"):
        finance.screenshot(path=Path(folder) / "billers-1280.png", full_page=True)
        finance.set_viewport_size({"width": 390, "height": 844})
        finance.screenshot(path=Path(folder) / "billers-390.png", full_page=True)
    assert look_at(finance) == []


def top_a_card_up(page: Page, demo: Demo, by: str = "支付宝") -> str:
    """Register, top a pupil's card up by 50 yuan, and return the address of the settled order."""
    command = [sys.executable, "-m", "shimin.sandbox", "residents", "--json", "--with", "campus-card"]
    answer = subprocess.run(
        [*command, "--limit", "100", "--data-dir", str(demo.sandbox)], capture_output=True, text=True, check=True
    )
    card = json.loads(random.SystemRandom().choice(answer.stdout.splitlines()))["campus_card"]
    register_in_browser(page, demo, a_phone())
    page.goto("/c/430100/items/campus-card")
    page.get_by_role("link", name=re.compile("给校园卡充值")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("校园卡充值")
    assert look_at(page) == []
    page.get_by_label("学校").select_option(value=card["school"])
    page.get_by_label("卡号或学号").fill(card["card_number"])
    page.get_by_label(re.compile("充多少")).fill("50")
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款")
    expect(page.locator("main")).to_contain_text("¥50.00")
    assert look_at(page) == []
    order = page.url
    page.get_by_role("link", name=re.compile(f"{by}缴款")).click()
    page.get_by_role("button", name=re.compile("付款")).click()
    settled = page.locator("main", has_text="回执 XY")
    for _ in range(20):
        if settled.count():
            break
        page.wait_for_timeout(500)
        page.goto(order)
    expect(settled).to_be_visible()
    return order


def test_a_campus_card_is_topped_up_in_two_screens(new_page: NewPage, demo: Demo):
    page = new_page(width=320)
    top_a_card_up(page, demo)
    expect(page.locator("main")).to_contain_text("已缴清")
    expect(page.locator("main")).to_contain_text("¥50.00")


def test_a_campus_card_is_topped_up_by_wechat(new_page: NewPage, demo: Demo):
    page = new_page(width=390)
    top_a_card_up(page, demo, by="微信支付")
    expect(page.locator("main")).to_contain_text("微信支付")


def test_a_transit_card_is_topped_up_in_two_screens(new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]):
    page = new_page(width=320)
    register_in_browser(page, demo, a_phone())
    page.goto("/c/430100/items/transit-card-top-up")
    page.get_by_role("link", name=re.compile("给公交卡充值")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公交卡充值")
    page.get_by_label("卡号").fill("8000000045")
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.locator("main")).to_contain_text("卡号不对")
    assert look_at(page) == []
    page.get_by_label("卡号").fill(holders[0]["transit_card"])
    page.get_by_label(re.compile("充多少")).fill("30")
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款")
    expect(page.locator("main")).to_contain_text("¥30.00")
    assert look_at(page) == []
    order = page.url
    page.get_by_role("link", name=re.compile("支付宝缴款")).click()
    page.get_by_role("button", name=re.compile("付款")).click()
    settled = page.locator("main", has_text="回执 JT")
    for _ in range(20):
        if settled.count():
            break
        page.wait_for_timeout(500)
        page.goto(order)
    expect(settled).to_be_visible()


def test_two_of_finance_give_money_back(new_page: NewPage, demo: Demo):
    payer, first, second = new_page(), new_page(width=1280, height=800), new_page(width=1280, height=800)
    order = top_a_card_up(payer, demo)
    number = payer.locator("dd.number").first.inner_text()

    enter_desk(first, "finance", "/desk/payments/order")
    first.get_by_label("订单编号").fill(number)
    first.get_by_role("button", name="查订单").click()
    expect(first.locator("main")).to_contain_text("还可退 ¥50.00")
    assert look_at(first) == []
    first.get_by_label(re.compile("退多少")).fill("50")
    first.get_by_label("依据").fill("充错了卡")
    first.get_by_role("button", name=re.compile("发起退款，")).click()
    mine = first.locator("li.cell", has_text=number)
    expect(mine).to_contain_text("要由另一位财务人员复核")
    expect(mine.get_by_role("button")).to_have_count(0)
    assert look_at(first) == []

    enter_desk(second, "finance-2", "/desk/payments/refunds")
    second.locator("li.cell", has_text=number).get_by_role("button", name="同意退 ¥50.00").click()
    expect(second.locator("li.cell", has_text=number)).to_have_count(0)
    returned = payer.locator("main", has_text="已退回 ¥50.00")
    for _ in range(30):
        if returned.count():
            break
        payer.wait_for_timeout(500)
        payer.goto(order)
    expect(returned).to_be_visible()
