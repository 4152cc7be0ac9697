"""Somebody else pays: a link is made from an open bill, opened without an account, paid, and the inviter sees it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import NewPage
from tests.journeys.stack import Demo
from tests.journeys.test_auto_pay import wait_for
from tests.journeys.test_bills import bind, holders, look_at  # noqa: F401 (fixture)
from tests.journeys.test_main_job import a_phone, register_in_browser


def test_a_stranger_pays_by_a_link_that_tells_nothing_of_a_person(
    new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]  # noqa: F811
):  # fmt: skip
    page, stranger = new_page(width=390), new_page(width=320)
    register_in_browser(page, demo, a_phone())
    mine = holders[0]
    number = mine["utility_accounts"][1]
    bind(page, "changsha-electricity", number, mine["name"], "我家")
    page.get_by_role("button", name="请别人代付").click()
    expect(page.locator("main")).to_contain_text("等人代付")
    assert look_at(page) == []
    own, link = page.url, page.get_by_role("textbox", name="链接").input_value()

    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("请您代付")
    assert look_at(stranger) == []
    shown = stranger.content() + link
    assert [each for each in (mine["name"], number, number[-4:], "我家") if each in shown] == []
    stranger.get_by_role("button", name=re.compile("^代付 ¥")).click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("缴款")
    assert number[-4:] not in stranger.locator("main").inner_text()
    assert look_at(stranger) == []
    stranger.get_by_role("link", name=re.compile("支付宝缴款")).click()
    stranger.get_by_role("button", name=re.compile("付款")).click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("缴款收据")

    wait_for(page, own, page.locator("main", has_text="已有人缴清"))
    assert look_at(page) == []
    page.goto("/me/inbox")
    expect(page.locator("main")).to_contain_text("有人替您缴清了")
    stranger.goto(link)
    expect(stranger.locator("main")).to_contain_text("已经缴清，不用再付")
    assert look_at(stranger) == []


def test_a_link_that_was_withdrawn_takes_no_money(new_page: NewPage, demo: Demo, holders: list[dict[str, Any]]):  # noqa: F811
    page, stranger = new_page(width=1280, height=800), new_page(width=390)
    register_in_browser(page, demo, a_phone())
    mine = holders[1]
    bind(page, "changsha-water", mine["utility_accounts"][0], mine["name"], "我家")
    page.goto("/bills/")
    page.get_by_role("button", name="请人代付选中的账单").click()
    link = page.get_by_role("textbox", name="链接").input_value()
    page.get_by_role("button", name="撤回链接").click()
    expect(page.locator("main")).to_contain_text("已撤回")
    assert look_at(page) == []
    stranger.goto(link)
    expect(stranger.locator("main")).to_contain_text("这个链接已经失效")
    assert look_at(stranger) == []
    page.goto("/pay/invite/")
    expect(page.locator("main")).to_contain_text("已撤回，链接打不开了")
    assert look_at(page) == []
