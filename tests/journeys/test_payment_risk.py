"""Much money from a browser that is not a day old: the payment waits for one more proof, then goes on where it was."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive, enter_desk
from tests.journeys.test_account import new_phone, register
from tests.journeys.test_devices import code_for
from tests.journeys.test_dues import issue


def test_a_large_payment_on_a_fresh_device_is_asked_about_once(new_page: NewPage):
    desk = new_page(width=1280, height=800)
    enter_desk(desk, "traffic-police")
    code = issue(desk, "车辆处置费", "6000")
    page = new_page(width=320, height=640)
    phone = new_phone()
    register(page, phone)
    page.get_by_role("button", name="退出登录").click()  # what was proved with the registration would count for a while
    page.goto("/account/sign-in?next=/pay/code")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrive(page, "/pay/code")
    page.get_by_label("缴款码").fill(code)
    page.get_by_role("button", name="查缴款通知").click()
    page.get_by_role("button", name=re.compile("^缴款")).click()
    expect(page).to_have_url(re.compile("/account/device"))
    expect(page.locator("main")).to_contain_text("这笔钱比较多")
    assert serious_violations(page) == []
    page.get_by_role("button", name="发验证码").click()
    page.get_by_label("验证码").fill(code_for(page, phone))
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_role("heading", name="接着办")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="接着提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("缴款")
    expect(page.get_by_role("link", name=re.compile("支付宝缴款"))).to_be_visible()
