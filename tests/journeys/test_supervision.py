"""The supervisor urges and orders, the agency finds it, the citizen is told, the leader reads the report."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from shimin.kernel.clock import CHINA
from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.test_requests import file


def test_from_the_first_urging_to_the_report(new_page: NewPage):
    citizen = new_page(width=320, height=640)
    number = file(citizen, "投诉公交站的站牌又被撞歪了，候车的老人够不着扶手，一直没人修。")
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    expect(hotline.get_by_role("heading", name="派单建议")).to_be_visible()
    hotline.get_by_label("牵头部门").first.select_option(label="长沙市交通运输局")
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()

    watch = new_page(width=1280, height=800)
    enter_desk(watch, "supervisor", "/desk/requests/all")
    watch.get_by_role("link", name=re.compile(number)).click()
    watch.get_by_label("催什么（承办部门会看到）").fill("老人反映多次，请尽快。")
    watch.get_by_role("button", name="催办").click()
    expect(watch.get_by_text("已催办").first).to_be_visible()
    assert serious_violations(watch) == []
    watch.locator("summary", has_text="督查部门督办").click()
    watch.get_by_label("哪天之前报结果").fill((datetime.now(CHINA).date() + timedelta(days=5)).isoformat())
    watch.get_by_label(re.compile("^督办要求")).fill("三日内修好，书面报结果。")
    watch.get_by_role("button", name="督查部门督办").click()
    expect(watch.locator(".tag", has_text="督办").first).to_be_visible()

    agency = new_page(width=1280, height=800)
    enter_desk(agency, "transport", "/desk/requests/supervised")
    assert serious_violations(agency) == []
    agency.get_by_role("link", name=re.compile(number)).click()
    expect(agency.get_by_text("三日内修好，书面报结果。")).to_be_visible()
    agency.get_by_role("button", name="部门签收").click()
    agency.get_by_label("答复（市民会看到）").fill("已修好，请您再看看。")
    agency.get_by_role("button", name="部门答复").click()
    expect(agency.get_by_text("已答复，等您评价").first).to_be_visible()

    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_text("督查部门督办")).to_be_visible()
    assert citizen.get_by_text("三日内修好").count() == 0

    leader = new_page(width=390, height=844)
    enter_desk(leader, "supervisor", "/desk/supervision")
    for grouping in ("按类别", "按区县", "按周", "按部门"):
        leader.get_by_role("link", name=grouping).click()
        expect(leader.get_by_role("link", name=grouping)).to_have_attribute("aria-current", "true")
        assert serious_violations(leader) == []
        assert not leader.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    expect(leader.get_by_role("heading", name="督查周报")).to_be_visible()
    paper = leader.request.get(str(leader.get_by_role("link", name=re.compile("PDF")).get_attribute("href")))
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert paper.body().startswith(b"%PDF-")
    assert b"ByteRange" in paper.body()
    for page in ("appeals", "calls"):
        leader.goto(f"/desk/supervision/{page}")
        assert serious_violations(leader) == []
