"""The finance desk closes a day into whose statement two lines were slipped that nobody paid."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.stack import Demo
from tests.journeys.test_portal import scrolls_sideways

CHINA = timezone(timedelta(hours=8))


def switch_alipay(demo: Demo, **faults: object) -> None:
    """Switch faults of the demo's Alipay on; those not named are off."""
    token = (demo.sandbox.parent / "keys" / "sandbox_token").read_text().strip()
    address = f"http://127.0.0.1:{(urlsplit(demo.url).port or 0) + 141}/faults"
    assert httpx.post(address, json=faults, headers={"X-Sandbox-Token": token}).status_code == 200


def look_at(page: Page, name: str) -> list[str]:
    if folder := os.environ.get("SHIMIN_JOURNEY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]
    return [*serious_violations(page), *(["scrolls sideways"] if scrolls_sideways(page) else [])]


def write_the_other_off(page: Page, new_page: NewPage, address: str) -> None:
    """One officer proposes it, the other agrees; the first may not agree to it."""
    page.get_by_text(re.compile("^提请核销 ¥")).click()
    page.get_by_label("核销依据").fill("支付宝书面答复：来源不明，不再追")
    assert look_at(page, "write-off-propose") == []
    page.get_by_role("button", name="提请核销").click()
    expect(page.locator("main")).to_contain_text("要由另一位财务人员复核")
    assert look_at(page, "write-off-own") == []
    page.goto(address)
    expect(page.locator("main")).to_contain_text("核销待复核")
    second = new_page(width=390)
    enter_desk(second, "finance-2")
    second.goto("/desk/payments/write-offs")
    assert look_at(second, "write-off-other") == []
    second.get_by_role("button", name=re.compile("^同意核销")).click()
    expect(second.locator("main")).to_contain_text("没有核销")
    page.goto(address)


def test_finance_closes_a_day_with_differences(new_page: NewPage, demo: Demo):
    page = new_page(width=1280, height=800)
    enter_desk(page, "finance")
    page.get_by_role("navigation", name="待办队列").get_by_role("link", name=re.compile("对账与日结")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("对账与日结")
    assert look_at(page, "days") == []
    yesterday = (datetime.now(UTC).astimezone(CHINA) - timedelta(days=1)).date()
    address = f"/desk/payments/days/{yesterday.isoformat()}"
    switch_alipay(demo, bill_extra=2)
    try:
        page.goto(address)
        page.get_by_role("button", name="导入并比对").click()
        expect(page.locator("main")).to_contain_text("对方已收，我方没有这笔订单")
    finally:
        switch_alipay(demo)
    expect(page.locator("main")).to_contain_text("请向支付机构核实来源")
    assert look_at(page, "day-open") == []
    page.get_by_role("button", name="日结", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("还有2条差异没有处理")
    one = page.locator("li.cell[data-row]").first
    one.get_by_text("写明原因结案", exact=True).click()
    one.get_by_label("怎样处理的").select_option("explained")
    one.get_by_label("依据", exact=True).fill("支付宝工单 20261127-18：测试交易")
    one.get_by_role("button", name="结案").click()
    expect(page.locator("main")).to_contain_text("差异（1条待处理）")
    write_the_other_off(page, new_page, address)
    expect(page.locator("main")).to_contain_text("没有待处理的差异")
    page.get_by_role("button", name="日结", exact=True).click()
    expect(page.locator("main")).to_contain_text("已日结")
    assert look_at(page, "day-closed") == []
    link = page.get_by_role("link", name=re.compile("国库入账文件"))
    file = page.request.get(str(link.get_attribute("href"))).body()
    body, _, check = file.rpartition("校验,SHA-256,".encode())
    assert hashlib.sha256(body).hexdigest() == check.decode().strip()
    assert "合计,430100".encode() in body

    phone = new_page(width=390)
    enter_desk(phone, "finance-2")
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("已日结")
    assert look_at(phone, "day-closed") == []
