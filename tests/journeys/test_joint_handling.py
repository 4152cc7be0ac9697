"""The lead asks another agency, which contributes; the lead answers, and the citizen reads who took part."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.test_requests import file

WISH = "请核实护栏归谁管，现场看一看。"
OPINION = "护栏归市政，已经派人加固。"


def test_two_agencies_and_one_answer(new_page: NewPage):
    citizen = new_page(width=320, height=640)
    number = file(citizen, "投诉公交站旁边的护栏松了，一推就晃，等车的小孩很危险，一直没人管。")
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    hotline.get_by_label("牵头部门").first.select_option(label="长沙市交通运输局")
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()

    lead = new_page(width=1280, height=800)
    enter_desk(lead, "transport")
    lead.goto(hotline.url)
    lead.get_by_role("button", name="部门签收").click()
    lead.locator("summary", has_text="请部门协办").click()
    lead.get_by_label("长沙市场监管", exact=True).check()
    lead.get_by_label(re.compile("^请它们做什么")).fill(WISH)
    assert serious_violations(lead) == []
    lead.get_by_role("button", name="请它们协办").click()
    expect(lead.get_by_text("等协办部门接受").first).to_be_visible()
    assert serious_violations(lead) == []
    at_request = lead.url
    lead.get_by_label("答复（市民会看到）").fill("护栏已经加固。")
    lead.get_by_role("button", name="部门答复").click()
    expect(lead.get_by_text(re.compile("还没有交意见的协办部门")).first).to_be_visible()

    other = new_page(width=390, height=844)
    enter_desk(other, "market-regulation", "/desk/joint/")
    assert serious_violations(other) == []
    other.get_by_role("link", name=re.compile(number)).click()
    expect(other.get_by_text(WISH).first).to_be_visible()
    assert serious_violations(other) == []
    other.get_by_role("button", name="接受协办").click()
    other.get_by_label(re.compile("^协办意见")).fill(OPINION)
    other.get_by_role("button", name="交协办意见").click()
    expect(other.get_by_text("意见已交").first).to_be_visible()
    assert serious_violations(other) == []
    assert not other.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    lead.goto(at_request)
    expect(lead.get_by_text(OPINION).first).to_be_visible()
    lead.get_by_label("答复（市民会看到）").fill("护栏已经加固，请您再看看。")
    lead.get_by_role("button", name="部门答复").click()
    expect(lead.get_by_text("已答复，等您评价").first).to_be_visible()
    assert serious_violations(lead) == []

    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_text(re.compile("由.*牵头办理，.*协办"))).to_be_visible()
    for words in (WISH, OPINION):
        assert citizen.get_by_text(words).count() == 0
    assert serious_violations(citizen) == []
    assert not citizen.evaluate("document.documentElement.scrollWidth > window.innerWidth")
