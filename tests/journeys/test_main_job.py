"""The main job: register, prove the real name, search, look up one's own violations, see who has read them."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.stack import Demo

PASSWORD = "Chang-sha 2026 journeys"
CODE = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the sandbox city who has violations and a social security card."""

    name: str
    id_number: str
    card: str


@pytest.fixture(scope="session")
def residents(demo: Demo) -> list[Resident]:
    """Residents in an order of this process's own: each can be proved by one account only."""
    command = [sys.executable, "-m", "shimin.sandbox", "residents", "--json", "--with", "violations"]
    answer = subprocess.run(
        [*command, "--limit", "600", "--data-dir", str(demo.sandbox)], capture_output=True, text=True, check=True
    )
    found = [
        Resident(each["name"], each["id_number"], each["social_card_number"])
        for each in _lines_or_list(answer.stdout)
        if each["social_card_number"]
    ]
    random.SystemRandom().shuffle(found)
    return found


def _lines_or_list(text: str) -> list[dict[str, Any]]:
    if text.lstrip().startswith("["):
        listed: list[dict[str, Any]] = json.loads(text)
        return listed
    return [json.loads(line) for line in text.splitlines()]


def a_phone() -> str:
    return f"142{random.SystemRandom().randrange(10**8):08d}"


def code_for(url: str, phone: str) -> str:
    """Read the newest code from the demo's message box, as a person would."""
    page = httpx.get(f"{url}/demo/inbox").text
    for entry in re.split(r"<li>", page):
        if f"尾号 {phone[-4:]}" in entry and (found := CODE.search(entry)):
            return found[1]
    raise AssertionError(f"no code for {phone[-4:]} in the message box")


def test_resident_finds_and_reads_own_violations(new_page: NewPage, demo: Demo, residents: list[Resident]):
    page = new_page()
    resident, phone = residents.pop(), a_phone()
    register_in_browser(page, demo, phone)

    page.goto("/c/430100/")
    page.get_by_role("searchbox").fill("罚单")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=re.compile("机动车违法查询")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("机动车违法查询")
    page.get_by_role("link", name=re.compile("查我的违法")).click()

    # Step-up on the way, and back to what one was doing.
    expect(page).to_have_url(re.compile("/account/real-name"))
    assert serious_violations(page) == []
    prove_in_browser(page, resident)
    expect(page).to_have_url(re.compile("/c/430100/items/traffic-violations/look-up"))
    expect(page.locator(".answer-sentence")).to_contain_text("违法")
    assert serious_violations(page) == []
    assert "no-store" in page.request.get(page.url).headers["cache-control"]

    page.get_by_role("link", name="谁看过我的数据").first.click()
    expect(page.get_by_role("link", name=re.compile("机动车违法查询"))).not_to_have_count(0)
    page.get_by_role("link", name=re.compile("机动车违法查询")).first.click()
    expect(page.get_by_text("长沙市公安局交通警察支队").first).to_be_visible()
    assert serious_violations(page) == []


def test_stranger_is_sent_to_sign_in_and_comes_back(new_page: NewPage, demo: Demo):
    page = new_page(script=False)
    page.goto("/c/430100/items/driving-licence/look-up")
    expect(page).to_have_url(re.compile(r"/account/sign-in\?next="))
    page.get_by_label("手机号").focus()
    page.keyboard.type("13800000001")
    page.keyboard.press("Tab")
    page.keyboard.type("Shimin-demo-2026")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/c/430100/items/driving-licence/look-up"))
    expect(page.get_by_text("C1").first).to_be_visible()


@pytest.mark.parametrize(
    "slug",
    ["traffic-violations", "driving-licence", "vehicle-info", "driving-test", "social-insurance", "housing-fund",
     "plate-lottery", "gaokao-score", "gaokao-admission", "taxi-check", "parking-lots"],
)  # fmt: skip
def test_every_look_up_page_is_for_everybody(new_page: NewPage, signed_in: list[Any], slug: str):
    page = new_page(width=320, height=640)
    page.context.add_cookies(signed_in)
    page.goto(f"/c/430100/items/{slug}/look-up")
    assert page.locator("h1").count() == 1
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_the_same_by_api(demo: Demo, residents: list[Resident]):
    resident, phone = residents.pop(), a_phone()
    with httpx.Client(base_url=f"{demo.url}/api/v1") as api:
        assert api.post("/account/codes", json={"phone": phone, "purpose": "register"}).status_code == 202
        opened = api.post(
            "/account/registrations", json={"phone": phone, "code": code_for(demo.url, phone), "password": PASSWORD}
        )
        assert opened.status_code == 201, opened.text
        api.headers["Authorization"] = f"Bearer {opened.json()['token']}"

        found = api.get("/regions/430100/search", params={"q": "罚单"}).json()
        assert found["items"][0]["slug"] == "traffic-violations"

        path = "/regions/430100/items/traffic-violations/look-ups"
        refused = api.post(path, json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "level_required")
        proved = api.post(
            "/me/real-name",
            json={
                "name": resident.name, "id_number": resident.id_number, "second": "social_card",
                "second_value": resident.card, "consents": True,
            },
        )  # fmt: skip
        assert proved.status_code in (200, 201), proved.text
        api.headers["Authorization"] = f"Bearer {proved.json()['token']}"
        record = api.post(path, json={})
        assert record.status_code == 200, record.text
        assert record.json()["records"]
        reads = api.get("/me/reads").json()["items"]
        assert reads[0]["outcome"] == "found"


def register_in_browser(page: Page, demo: Demo, phone: str) -> None:
    page.goto("/account/register")
    assert serious_violations(page) == []
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(code_for(demo.url, phone))
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("/account/register"))


def prove_in_browser(page: Page, resident: Resident) -> None:
    page.get_by_role("textbox", name="姓名").fill(resident.name)
    page.locator("[name=id_number]").fill(resident.id_number)
    page.locator("[name=second][value=social_card]").check()
    page.locator("[name=second_value]").fill(resident.card)
    page.get_by_role("checkbox", name=re.compile("我同意")).check()
    page.get_by_role("button", name="核实身份").click()
