"""The pages of an account, of the door to it, and of the desk: for everybody, on the smallest phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk

PUBLIC = [
    "/account/sign-in", "/account/register", "/account/reset", "/demo/inbox", "/desk/sign-in", "/?choose=1",
    "/feedback?page=/c/430100/", "/c/430100/items/id-card-replacement", "/c/430100/themes/natural/095",
]  # fmt: skip
OWN = [
    "/me/", "/me/inbox", "/me/inbox/ways", "/me/sessions", "/me/consents", "/me/reads", "/me/requests",
    "/account/real-name",
]  # fmt: skip
DESK = ["/desk/", "/desk/enquiries/disputes", "/desk/enquiries/sources", "/desk/catalogue/items",
        "/desk/catalogue/feedback", "/desk/catalogue/synonyms", "/desk/catalogue/missed"]  # fmt: skip


def check(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    assert page.locator("h1").count() == 1
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_is_for_everybody(new_page: NewPage, path: str):
    check(new_page(width=320, height=640), path)


def test_own_pages_are_for_everybody(new_page: NewPage, signed_in: list[Any]):
    page = new_page(width=320, height=640)
    page.context.add_cookies(signed_in)
    for path in OWN:
        check(page, path)


def test_somebody_chooses_one_text_each_morning(new_page: NewPage, signed_in: list[Any]):
    page = new_page()
    page.context.add_cookies(signed_in)
    page.goto("/me/inbox")
    page.get_by_role("link", name="新消息提醒").click()
    page.get_by_label("每天早上9点").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    expect(page.get_by_label("每天早上9点")).to_be_checked()
    assert serious_violations(page) == []
    page.get_by_label("不发短信").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("不发短信")).to_be_checked()


def test_desk_pages_are_for_everybody(new_page: NewPage):
    page = new_page(width=1280, height=800)
    page.goto("/desk/")
    expect(page).to_have_url(re.compile("/desk/sign-in"))
    enter_desk(page, "city-editor")
    for path in DESK:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in (200, 403), path  # an editor may not see the officers' queues
        assert serious_violations(page) == []
