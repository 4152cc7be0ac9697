"""A fine in three screens: my violations, confirm, the gateway's cashier; then the receipt."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.stack import Demo
from tests.journeys.test_main_job import Resident, a_phone, prove_in_browser, register_in_browser
from tests.journeys.test_portal import scrolls_sideways

LOOK_UP = "/c/430100/items/traffic-violations/look-up"


@pytest.fixture
def debtor(demo: Demo) -> Resident:
    """A resident with an unpaid fine and a social security card."""
    command = [sys.executable, "-m", "shimin.sandbox", "residents", "--json", "--with", "unpaid-fines"]
    answer = subprocess.run(
        [*command, "--limit", "300", "--data-dir", str(demo.sandbox)], capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    grown = [each for each in found if each["social_card_number"] and each["status"] == "normal"]
    chosen = random.SystemRandom().choice(grown[1:])  # the first is the one that demonstrations show
    return Resident(chosen["name"], chosen["id_number"], chosen["social_card_number"])


def look_at(page: Page) -> list[str]:
    return [*serious_violations(page), *(["scrolls sideways"] if scrolls_sideways(page) else [])]


def test_a_fine_is_paid_in_three_screens(new_page: NewPage, demo: Demo, debtor: Resident):
    page = new_page(width=320)
    register_in_browser(page, demo, a_phone())
    page.goto(LOOK_UP)
    prove_in_browser(page, debtor)
    expect(page.locator(".answer-sentence")).to_contain_text("条违法还没办完")
    assert look_at(page) == []
    before = page.get_by_role("button", name=re.compile("^缴款")).count()

    screens: list[str] = []
    page.on("framenavigated", lambda frame: screens.append(re.sub(r"\d{6,}", "n", frame.url.partition("?")[0])))
    page.get_by_role("button", name=re.compile("^缴款")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款")
    expect(page.locator("main")).to_contain_text("长沙市公安局交通警察支队")
    expect(page.locator("main")).to_contain_text("交通违法罚款")
    assert look_at(page) == []
    order = page.url
    page.get_by_role("link", name=re.compile("支付宝缴款")).click()
    page.get_by_role("button", name=re.compile("付款")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款收据")
    assert len(screens) == 3, screens  # confirm, cashier, receipt

    settled = page.locator("main", has_text="回执 JF")
    for _ in range(20):
        if settled.count():
            break
        page.wait_for_timeout(500)
        page.goto(order)
    expect(settled).to_be_visible()
    assert look_at(page) == []

    link = page.get_by_role("link", name=re.compile("下载收据"))
    receipt = page.request.get(str(link.get_attribute("href")))
    assert receipt.body().startswith(b"%PDF-")
    page.goto("/pay/verify")
    page.get_by_label("收据编号").fill("430100261122AB98ECP")
    page.get_by_label("校验码").fill("AAAAAAAA")
    page.get_by_role("button", name="查验").click()
    expect(page.locator("main")).to_contain_text("编号")
    assert look_at(page) == []

    page.goto(LOOK_UP)
    expect(page.locator(".answer-sentence")).to_be_visible()
    assert page.get_by_role("button", name=re.compile("^缴款")).count() == before - 1
    page.goto("/me/inbox")
    expect(page.locator("main")).to_contain_text("缴款成功")


def test_a_fine_is_paid_by_api(demo: Demo, debtor: Resident, signed_in: None, token: str):
    """The friendly resident's debts are told with the reference that an order takes; nothing is paid here."""
    with httpx.Client(base_url=demo.url, headers={"Authorization": f"Bearer {token}"}) as caller:
        found = caller.post("/api/v1/regions/430100/items/traffic-violations/look-ups", json={}).json()
        (action,) = found["actions"]
        assert found["records"][action["record"]]["status"] == "handled_unpaid"
        placed = caller.post(
            "/api/v1/me/orders", json={"lines": [action["ref"]]}, headers={"Idempotency-Key": "k" * 16}
        )
        assert placed.status_code == 201, placed.text
        order = placed.json()
        assert order["total_fen"] == found["records"][action["record"]]["payable_fen"]
        cashier = caller.post(f"/api/v1/me/orders/{order['order_id']}/cashier", json={"gateway": "alipay"})
        assert cashier.json()["url"].startswith("http")
        assert caller.post(f"/api/v1/me/orders/{order['order_id']}/close").json()["state"] == "closed"
