"""Every look-up of the demo city, and "who read my data", as the friendly resident meets them."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.stack import Demo
from tests.journeys.test_portal import scrolls_sideways

ITEMS = "/c/430100/items/"
PERSONAL = {
    "traffic-violations": "¥350.00",
    "driving-licence": "驾驶证正常",
    "vehicle-info": "辆车",
    "driving-test": "没有查到您的考试记录",
    "plate-lottery": "摇号",
    "gaokao-score": "没有查到您这一年的高考成绩",
    "gaokao-admission": "没有查到您这一年的录取信息",
    "social-insurance": "养老保险累计",
    "social-insurance?view=months&insurance=medical&year=2025": "到账 12 个月",
    "housing-fund": "账户余额",
    "housing-fund?view=deposits": "余额变化",
    "housing-fund?view=loan": "剩余本金",
}
PUBLIC = {
    "taxi-check": "例如：湘AT0001",
    "taxi-check?plate=湘A·T0001": "是正规出租车",
    "taxi-check?plate=abc": "车牌号不对",
    "parking-lots?district=430104": "停车场 · 岳麓区",
}


def address(item: str) -> str:
    slug, _, query = item.partition("?")
    return f"{ITEMS}{slug}/look-up" + (f"?{query}" if query else "")


@pytest.fixture(scope="module")
def session(demo: Demo, chromium: Browser) -> list[Any]:
    """Cookies of the friendly resident; signed in once, as sign-ins are counted."""
    with closing(chromium.new_context(base_url=demo.url)) as context:
        page = context.new_page()
        page.goto("/account/sign-in?next=/about")
        page.fill("[name=phone]", "13800000001")
        page.fill("[name=password]", "Shimin-demo-2026")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/about")
        return list(context.cookies())


def open_record(page: Page, item: str) -> None:
    """Open a look-up; give the consent it asks for the first time."""
    page.goto(address(item))
    consent = page.get_by_role("button", name="同意并查询")
    if consent.count():
        consent.click()


def look_at(page: Page, script: bool) -> list[str]:
    """Return what keeps people out; axe needs scripts."""
    found = serious_violations(page) if script else []
    return [*found, "scrolls sideways"] if scrolls_sideways(page) else found


@pytest.mark.parametrize(
    ("width", "script", "dark"), [(390, True, False), (320, False, True)], ids=["phone", "narrow-dark-without-script"]
)
def test_every_record_is_told_and_keeps_nobody_out(
    new_page: NewPage, width: int, script: bool, dark: bool, session: list[Any]
):
    page = new_page(width=width, script=script, dark=dark)
    page.context.add_cookies(session)
    found: dict[str, list[str]] = {}
    for item, said in {**PERSONAL, **PUBLIC}.items():
        open_record(page, item)
        expect(page.locator("main")).to_contain_text(said)
        found[item] = look_at(page, script)
    page.goto("/me/reads")
    found["reads"] = look_at(page, script)
    page.locator("main .cells a").first.click()
    page.wait_for_url(re.compile(r"/me/reads/\d+$"))
    found["read"] = look_at(page, script)
    assert {item: faults for item, faults in found.items() if faults} == {}


def test_a_reading_is_found_disputed_and_marked_by_keyboard(new_page: NewPage, session: list[Any]):
    page = new_page(script=False)
    page.context.add_cookies(session)
    open_record(page, "traffic-violations")
    page.get_by_role("link", name="这次查询的记录").press("Enter")
    expect(page.get_by_role("heading", name="机动车违法查询")).to_be_visible()
    expect(page.locator("main")).to_contain_text("长沙市公安局交通警察支队")
    page.locator("summary", has_text="提出异议").press("Enter")
    page.get_by_label("这次查询不是我做的").press("Space")
    page.get_by_label(re.compile("具体情况")).fill("演示：那天我没有登录。")
    page.get_by_role("button", name="提出异议").press("Enter")
    expect(page.locator("main")).to_contain_text("部门应在")
    page.goto("/me/reads")
    expect(page.locator("main")).to_contain_text("异议处理中")
