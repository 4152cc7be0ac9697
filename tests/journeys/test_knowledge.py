"""A published answer is reviewed, and the next who asks finds it before filing, the officer beside the reply."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.test_requests import file

QUESTION = "请问老年人的公交优待卡丢了，去哪里补办，需要带什么材料？"
ANSWER = "带身份证到任一公交服务点补办优待卡，当场可取，工本费十五元。"


def test_from_an_answer_to_the_next_who_asks(new_page: NewPage):
    number = file(new_page(), QUESTION)
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    hotline.get_by_label("牵头部门").first.select_option(label="长沙市交通运输局")
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()
    officer = new_page(width=1280, height=800)
    enter_desk(officer, "transport", "/desk/requests/handle")
    officer.get_by_role("link", name=re.compile(number)).click()
    officer.get_by_role("button", name="部门签收").click()
    officer.get_by_label("答复（市民会看到）").fill(ANSWER)
    officer.get_by_role("button", name="部门答复").click()
    expect(officer.get_by_text("已答复，等您评价").first).to_be_visible()

    reviewer = new_page(width=1280, height=800)
    enter_desk(reviewer, "hotline-head", "/desk/")
    reviewer.goto(officer.url)
    reviewer.get_by_label(re.compile("^公开的问与答")).fill(ANSWER)
    reviewer.get_by_role("button", name="公开答复").click()
    expect(reviewer.get_by_role("heading", level=1)).to_be_visible()
    reviewer.wait_for_timeout(2_000)
    reviewer.goto("/desk/knowledge")
    expect(reviewer.get_by_role("heading", name="等您审核")).to_be_visible()
    assert serious_violations(reviewer) == []
    reviewer.locator("section", has_text="公交优待卡").get_by_role("button", name=re.compile("收进知识库")).click()
    expect(reviewer.locator("summary", has_text="公交优待卡")).to_be_visible()
    assert serious_violations(reviewer) == []

    next_one = new_page(width=320, height=640, script=False)
    next_one.goto("/c/430100/ask")
    next_one.get_by_label("是什么事，在哪里，希望怎么办").fill("我妈妈的公交优待卡丢了，去哪里补办？要带什么材料？")
    next_one.get_by_role("button", name="下一步：核对").click()
    expect(next_one.get_by_role("heading", name="也许您要问的是")).to_be_visible()
    next_one.locator("summary", has_text="公交优待卡").first.click()
    expect(next_one.get_by_text("工本费十五元").first).to_be_visible()
    narrow = new_page(width=390, height=844)
    enter_desk(narrow, "transport", "/desk/knowledge")
    assert not narrow.evaluate("document.documentElement.scrollWidth > window.innerWidth")
