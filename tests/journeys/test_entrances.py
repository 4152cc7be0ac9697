"""A person links WeChat, Weibo, Taobao and Alipay with the account, and takes them away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter


@pytest.mark.parametrize("title", ["微信", "微博", "淘宝", "支付宝"])
def test_links_and_unlinks_without_javascript(new_page: NewPage, title: str):
    page = new_page(script=False)
    enter(page, "13800000003")
    page.goto("/me/entrances")
    row = page.get_by_role("listitem").filter(has=page.get_by_text(title, exact=True))
    row.get_by_role("button", name="绑定").click()
    expect(page.get_by_role("heading", name=re.compile("授权"))).to_be_visible()
    page.get_by_role("button", name="同意授权").click()
    expect(page).to_have_url(re.compile("/me/entrances$"))
    expect(row.get_by_text("已绑定")).to_be_visible()
    row.get_by_role("button", name="解除").click()
    expect(row.get_by_text("没有绑定")).to_be_visible()


def test_page_keeps_nobody_out(new_page: NewPage):
    page = new_page()
    enter(page, "13800000001")
    page.goto("/me/")
    page.get_by_role("link", name="绑定其他账号").click()
    expect(page.get_by_role("heading", name="绑定其他账号")).to_be_visible()
    assert serious_violations(page) == []
