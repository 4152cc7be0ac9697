"""Changing the password: shown at a press, weighed while it is typed, and without a script the same page works."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive
from tests.journeys.test_account import new_phone, register

NEW = "橘子洲头看日落 2026"


def test_a_password_is_shown_weighed_and_changed(new_page: NewPage):
    page = new_page(width=320, height=640)
    phone = new_phone()
    register(page, phone)
    page.goto("/me/security")
    page.get_by_role("link", name="改密码").click()
    field = page.get_by_label("新密码")
    for word, told in (("1234", "太短"), ("abcd1234", "弱"), (NEW, "强")):
        field.fill(word)
        expect(page.get_by_role("status").filter(has_text=f"强度：{told}")).to_be_visible()
    button = page.get_by_role("button", name="显示输入").nth(1)
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="隐藏输入")).to_have_attribute("aria-pressed", "true")
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_label("现在的密码").fill("wrong-one")
    page.get_by_role("button", name="改密码").click()
    expect(page.get_by_text("现在的密码不对").first).to_be_visible()
    page.get_by_label("现在的密码").fill(PASSWORD)
    page.get_by_label("新密码").fill(NEW)
    page.get_by_role("button", name="改密码").click()
    arrive(page, "/me/security")

    plain = new_page(script=False)
    plain.goto("/account/sign-in?next=/me/security/password")
    plain.get_by_label("手机号").fill(phone)
    plain.get_by_label("密码").fill(NEW)
    plain.get_by_role("button", name="登录", exact=True).click()
    assert "password" in plain.get_by_label("新密码").get_attribute("type")
    assert plain.get_by_role("button", name="显示输入").count() == 0
