"""Letting a system sign people in, as two officers do it at the desk."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk

QUEUES = "待办队列"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def register(
    page: Page, fields: Mapping[str, str], ticks: Sequence[str], choices: Sequence[str] = (), algorithm: str = "RS256"
) -> str:
    """Ask for a system as the housing fund's officer; return the address of its page at the desk."""
    enter_desk(page, "housing-fund")
    page.get_by_role("navigation", name=QUEUES).get_by_role("link", name="登录接入").click()
    page.get_by_role("link", name="登记一个系统").click()
    for label, value in fields.items():
        page.get_by_label(label, exact=False).first.fill(value)
    for label in ticks:
        page.get_by_label(label).check()
    for label in choices:
        page.get_by_label(label).check()
    page.get_by_label("id_token 签名算法").select_option(algorithm)
    assert serious_violations(page) == []
    page.get_by_role("button", name="提交，等待批准").click()
    expect(page.get_by_text("等待第二个人批准")).to_be_visible()
    return re.sub(r"^https?://[^/]+", "", page.url)


def approve(page: Page, name: str) -> None:
    """Let it in as another person."""
    enter_desk(page, "city-security")
    page.get_by_role("navigation", name=QUEUES).get_by_role("link", name="登录接入审批").click()
    page.get_by_role("link", name=name).click()
    assert serious_violations(page) == []
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("可以使用")).to_be_visible()


def take_secret(page: Page, address: str) -> tuple[str, str]:
    """Return client_id and secret, which the page shows this once."""
    page.goto(address)
    page.get_by_role("button", name="领取密钥").click()
    expect(page.get_by_text("密钥只显示这一次")).to_be_visible()
    assert serious_violations(page) == []
    return client_id_of(page), page.locator("[role=status] code").inner_text()


def client_id_of(page: Page) -> str:
    """Return the public name on a system's page."""
    return page.locator("dt:text-is('client_id') + dd").inner_text()


def let_in(
    new_page: NewPage,
    fields: Mapping[str, str],
    ticks: Sequence[str],
    choices: Sequence[str] = (),
    algorithm: str = "RS256",
) -> tuple[Page, str]:
    """Register and approve; return the officer's browser and the address of the system's page."""
    desk = new_page(width=1280, height=800)
    address = register(desk, fields, ticks, choices, algorithm)
    approve(new_page(width=1280, height=800), fields["系统名称"])
    return desk, address
