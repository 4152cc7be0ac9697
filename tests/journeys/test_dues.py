"""One code for public money: an agency issues a notice, one is paid by its QR code, another in cash at the counter."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.test_portal import scrolls_sideways


def look_at(page: Page, name: str) -> list[str]:
    if folder := os.environ.get("SHIMIN_JOURNEY_PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    return [*serious_violations(page), *(["scrolls sideways"] if scrolls_sideways(page) else [])]


def issue(desk: Page, title: str, yuan: str) -> str:
    """Issue a notice and return its code."""
    desk.goto("/desk/payments/notices")
    desk.get_by_text("开一张缴款通知", exact=True).click()
    desk.get_by_label("缴什么款").fill(title)
    desk.get_by_label("缴款人").fill("周晓敏")
    desk.get_by_label("金额（元）").fill(yuan)
    desk.get_by_label("缴款期限").fill((datetime.now(UTC) + timedelta(days=20)).date().isoformat())
    desk.get_by_role("button", name="开出通知").click()
    expect(desk.get_by_text("周*敏")).to_be_visible()
    return re.sub(r"\D", "", str(desk.locator("dd.number").first.text_content()))


def check_the_voucher(phone: Page) -> None:
    """Wait for the voucher on the order's page, and have it checked as anybody may."""
    link = phone.get_by_role("link", name=re.compile("湖南省.*票据（电子）"))
    for _ in range(30):
        if link.count():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    expect(link).to_be_visible()
    assert look_at(phone, "order-voucher") == []
    address = str(link.get_attribute("href"))
    assert phone.request.get(address).body().startswith(b"%PDF-")
    data = fromstring(phone.request.get(address.replace(".pdf", ".xml")).body())
    phone.goto("/pay/vouchers/verify")
    assert look_at(phone, "voucher-verify") == []
    for label, name in (("票据代码", "VoucherCode"), ("票据号码", "VoucherNumber"), ("校验码", "CheckCode")):
        phone.get_by_label(label).fill(str(data.findtext(name)))
    phone.get_by_role("button", name="查验").click()
    expect(phone.locator("main")).to_contain_text("票据是真的，有效")
    expect(phone.locator("main")).to_contain_text("周*敏")
    assert look_at(phone, "voucher-checked") == []


def test_one_code_online_and_at_the_counter(new_page: NewPage):
    desk = new_page(width=1280, height=800)
    enter_desk(desk, "traffic-police")
    code = issue(desk, "驾驶人考试费", "130")
    assert look_at(desk, "notice") == []
    phone = new_page(width=390)
    phone.goto("/pay/code")
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    phone.get_by_label("缴款码").fill(wrong)
    phone.get_by_role("button", name="查缴款通知").click()
    expect(phone.locator("main")).to_contain_text("请逐位核对")
    assert look_at(phone, "code-wrong") == []
    phone.get_by_label("缴款码").fill(code)
    phone.get_by_role("button", name="查缴款通知").click()
    expect(phone.locator("main")).to_contain_text("驾驶人考试费")
    assert look_at(phone, "code-found") == []
    phone.get_by_role("button", name=re.compile("^缴款")).click()
    phone.get_by_role("link", name=re.compile("支付宝缴款")).click()
    phone.get_by_role("button", name=re.compile("付款")).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("缴款收据")
    check_the_voucher(phone)

    second = issue(desk, "机动车登记费", "50")
    counter = new_page(width=1280, height=800)
    enter_desk(counter, "teller")
    counter.goto("/desk/payments/counter")
    counter.get_by_label("缴款码").fill(second)
    counter.keyboard.press("Enter")
    counter.get_by_label("收到现金").fill("100")
    assert look_at(counter, "counter") == []
    counter.get_by_role("button", name="收款", exact=True).click()
    expect(counter.locator("main")).to_contain_text("找零 ¥50.00")
    assert look_at(counter, "taken") == []
    counter.goto("/desk/payments/counter/drawer")
    counter.get_by_label("清点现金").fill("49")
    counter.get_by_role("button", name=re.compile("扎账")).click()
    expect(counter.locator("main")).to_contain_text("少¥1.00")
    assert look_at(counter, "drawer") == []
    counter.get_by_label("清点现金").fill("50")
    counter.get_by_role("button", name=re.compile("扎账")).click()
    expect(counter.locator("main")).to_contain_text("账实相符")

    for width in (1280, 390):
        finance = new_page(width=width, height=800)
        enter_desk(finance, "finance")
        finance.goto("/desk/payments/drawers")
        expect(finance.locator("main")).to_contain_text("账实相符")
        assert look_at(finance, "drawers") == []
