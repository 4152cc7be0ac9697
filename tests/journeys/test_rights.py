"""A resident asks to correct something; the privacy officer answers; the resident reads it. And another phone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter, enter_desk

WORDS = "地址里的门牌号写错了，请改成18号。"


def test_a_correction_is_asked_for_and_answered(new_page: NewPage):
    page = new_page()
    enter(page, "13800000003")
    page.goto("/me/data")
    page.get_by_role("link", name="更正、反对、已故亲属").click()
    expect(page.get_by_role("heading", name="更正、反对和已故亲属")).to_be_visible()
    page.get_by_role("link", name="更正或补充").click()
    page.get_by_label("您要我们做什么").fill(WORDS)
    assert serious_violations(page) == []
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("办理中")).to_be_visible()
    expect(page.get_by_text("最晚答复")).to_be_visible()
    assert serious_violations(page) == []

    desk = new_page(width=1280, height=800)
    enter_desk(desk, "privacy")
    desk.goto("/desk/rights")
    assert serious_violations(desk) == []
    desk.get_by_role("link", name=re.compile("更正或补充")).first.click()
    expect(desk.get_by_text(WORDS)).to_be_visible()
    desk.get_by_label("答复").fill("已经改成18号。")
    assert serious_violations(desk) == []
    desk.get_by_role("button", name="办好了，答复").click()
    expect(desk.get_by_text("已办结")).to_be_visible()

    page.reload()
    expect(page.get_by_text("已经改成18号。")).to_be_visible()


def test_the_page_for_another_phone_asks_for_a_code(new_page: NewPage):
    page = new_page()
    enter(page, "13800000003")
    page.goto("/me/security")
    page.get_by_role("link", name="换手机号").click()
    page.get_by_label("新手机号").fill("13800000088")
    assert serious_violations(page) == []
    page.get_by_role("button", name="发验证码到新手机").click()
    expect(page.get_by_text(re.compile("短信已发到"))).to_be_visible()
    assert serious_violations(page) == []
