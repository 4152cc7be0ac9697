"""Somebody without a phone gets an account at the window: two officers, a sheet of paper, a password, signed in."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk

ID_NUMBER, NAME = "430111200803099034", "陈志远"


def test_an_account_without_a_phone(new_page: NewPage):
    window = new_page()
    enter_desk(window, "window")
    window.goto("/desk/counter")
    expect(window.get_by_role("heading", name="窗口身份")).to_be_visible()
    assert serious_violations(window) == []
    window.get_by_role("link", name="给没有手机的人开账号").click()
    window.get_by_label("姓名").fill(NAME)
    window.get_by_label("证件号码").fill(ID_NUMBER)
    window.get_by_label("办理原因").fill("没有手机，本人到场")
    window.get_by_label(re.compile("本人在场")).check()
    assert serious_violations(window) == []
    window.get_by_role("button", name="提交").click()
    expect(window.get_by_text("请在场的另一位窗口人员登录后复核")).to_be_visible()
    address = window.url

    head = new_page()
    enter_desk(head, "window-2")
    head.goto(address)
    head.get_by_role("button", name="核对过了，同意").click()
    expect(head.get_by_role("heading", name=re.compile("恢复单"))).to_be_visible()
    assert serious_violations(head) == []
    login, code = (head.locator("dd code").nth(at).inner_text() for at in (0, 1))

    person = new_page()
    person.goto("/account/sign-in")
    person.get_by_role("link", name="我有恢复单").click()
    expect(person.get_by_role("heading", name="用恢复单登录")).to_be_visible()
    assert serious_violations(person) == []
    person.get_by_label("手机号或登录号").fill(login)
    person.get_by_label("恢复单编码").fill(code)
    person.get_by_label("设置新密码").fill("Liuyang-he-2026")
    person.get_by_role("button", name="设好密码并登录").click()
    expect(person).to_have_url(re.compile("/me/$"))
    person.goto("/me/security")
    expect(person.get_by_text("用窗口给的登录号登录，没有绑定手机")).to_be_visible()
    expect(person.get_by_text("给没有手机的人开账号", exact=True)).to_be_visible()
    assert serious_violations(person) == []
