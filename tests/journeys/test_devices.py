"""A new device: the password lets in, a code opens the records; names, places, and a false alarm let go."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import PASSWORD, arrive, enter_desk
from tests.journeys.test_account import register


def sign_in(page: Page, phone: str, onward: str) -> None:
    page.goto(f"/account/sign-in?next={onward}")
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrive(page, onward)


def code_for(page: Page, phone: str) -> str:
    box = page.context.new_page()
    box.goto("/demo/inbox")
    found = re.search(r"验证码是 (\d{6})", box.locator("main li", has_text=phone[-4:]).first.inner_text())
    box.close()
    assert found
    return found.group(1)


def test_a_new_device_confirms_itself_and_is_named(new_page: NewPage):
    phone = f"138{secrets.randbelow(10**8):08d}"
    register(new_page(), phone)
    desk = new_page(width=1280, height=800)
    sign_in(desk, phone, "/me/sessions")
    expect(desk.get_by_role("heading", name="一次登录和平时不一样，是您吗？")).to_be_visible()
    assert serious_violations(desk) == []
    desk.get_by_role("link", name="确认是我").click()
    expect(desk.locator("main")).to_contain_text("这台设备还没有确认过是您的")
    desk.get_by_role("button", name="发验证码").click()
    expect(desk.get_by_label("验证码")).to_be_visible()
    assert serious_violations(desk) == []
    desk.get_by_label("验证码").fill(code_for(desk, phone))
    desk.get_by_role("button", name="确认", exact=True).click()
    arrive(desk, "/me/sessions")
    desk.get_by_role("link", name=re.compile("改名")).first.click()
    desk.get_by_label("这台设备叫什么").fill("单位电脑")
    desk.get_by_role("button", name="保存").click()
    arrive(desk, "/me/sessions")
    expect(desk.get_by_role("region", name="登录设备")).to_contain_text("单位电脑")


def test_the_phone_lets_a_false_alarm_go_and_stops_a_real_one(new_page: NewPage):
    phone = f"138{secrets.randbelow(10**8):08d}"
    mine = new_page(width=320)
    register(mine, phone)
    first = new_page()
    sign_in(first, phone, "/me/sessions")
    mine.goto("/me/sessions")
    assert serious_violations(mine) == []
    assert not mine.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    mine.get_by_role("button", name="是我，放行").click()
    arrive(mine, "/me/sessions")
    first.goto("/me/sessions")
    expect(first.get_by_role("heading", name="一次登录和平时不一样，是您吗？")).to_have_count(0)
    thief = new_page()
    sign_in(thief, phone, "/me/sessions")
    mine.goto("/me/sessions")
    mine.get_by_role("button", name="不是我，退出它").click()
    arrive(mine, "/me/sessions")
    thief.goto("/me/sessions")
    expect(thief).to_have_url(re.compile("/account/sign-in"))


def test_the_officer_sees_which_rule_spoke(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter_desk(page, "risk", "/desk/risk")
    expect(page.get_by_role("heading", name="现在的规则")).to_be_visible()
    expect(page.locator("main")).to_contain_text("new_device")
    assert serious_violations(page) == []


def test_what_was_typed_waits_for_the_proof(new_page: NewPage):
    page = new_page(width=320)
    register(page, f"138{secrets.randbelow(10**8):08d}")
    page.evaluate(
        """() => {
            const form = document.querySelector("form[action*='sign-out']").cloneNode(true);
            form.action = "/account/name";
            const name = Object.assign(document.createElement("input"), {name: "name", value: "周晓明"});
            form.append(name);
            document.body.append(form);
            form.submit();
        }"""
    )
    expect(page).to_have_url(re.compile(r"/account/real-name\?next=/account/kept/\d+$"))
    page.goto(page.url.partition("next=")[2])
    expect(page.get_by_role("heading", name="接着办")).to_be_visible()
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("button", name="接着提交").click()
    expect(page).to_have_url(re.compile(r"/account/real-name\?next=/account/kept/\d+$"))
