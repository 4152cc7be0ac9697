"""Acting for others, as the demo's family does."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive, enter

MOTHER, DAUGHTER = "13800000003", "13800000001"
ITEM = "/c/430100/items/social-insurance/look-up"


def end_all(page: Page) -> None:
    page.goto("/me/acting")
    ends = page.get_by_role("button", name=re.compile(r"不再代办|撤回\s*对"))
    for left in range(ends.count(), 0, -1):
        ends.first.click()
        expect(ends).to_have_count(left - 1)


def fits(page: Page) -> None:
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), page.url


def test_mother_lets_daughter_act_and_takes_it_back(new_page: NewPage):
    mother, daughter = new_page(script=False), new_page(width=320)  # axe needs the script
    enter(mother, MOTHER)
    enter(daughter, DAUGHTER)
    end_all(mother)
    mother.goto("/me/acting/offer")
    mother.get_by_label("父母").check()
    mother.get_by_label("全部事项").check()
    mother.get_by_role("button", name="生成代办码").click()
    code = mother.locator("code.secret").inner_text()
    daughter.goto("/me/acting/accept")
    daughter.get_by_label("代办码").fill(code)
    daughter.get_by_role("button", name="看看内容").click()
    expect(daughter.locator("main")).to_contain_text("刘*英")
    fits(daughter)
    daughter.get_by_role("button", name="同意", exact=True).click()
    wear = daughter.get_by_role("button", name=re.compile(r"替TA办\s*：刘"))
    expect(wear).to_be_visible()
    fits(daughter)
    wear.click()
    expect(daughter.locator(".hat")).to_contain_text("您正在代 刘*英（父母） 办事")
    fits(daughter)
    daughter.goto(ITEM)
    expect(daughter.locator(".hat")).to_be_visible()
    daughter.goto("/me/")
    expect(daughter.get_by_role("heading", name="这一页是您自己的")).to_be_visible()
    mother.goto("/me/reads")
    expect(mother.locator("main li").first).to_contain_text("由代您办事的 周*敏 查询")
    end_all(mother)
    daughter.goto("/me/")
    expect(daughter.get_by_role("heading", name="代办授权已经结束")).to_be_visible()
    daughter.get_by_role("button", name="切回自己，继续").click()
    arrive(daughter, "/me/")
    assert daughter.locator(".hat").count() == 0


def test_a_parent_and_a_company(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter(page, DAUGHTER)
    end_all(page)
    page.goto("/me/acting/child")
    page.get_by_label("孩子的姓名").fill("林小满")
    page.get_by_label("孩子的身份证号码").fill("430104201805219088")
    page.get_by_role("button", name="添加").click()
    arrive(page, "/me/acting")
    page.goto("/me/acting/company")
    page.get_by_label("统一社会信用代码").fill("9143010068888889MA")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("main")).to_contain_text("法定代表人")
    fits(page)
    page.get_by_role("link", name="指定经办人").click()
    expect(page).to_have_url(re.compile("/appoint$"))
    fits(page)
    page.goto("/me/acting")
    end_all(page)
