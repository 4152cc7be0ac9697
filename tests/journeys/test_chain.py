"""The whole chain: by photo, urged, answered, rated badly, one level higher, the light, the report; many at once."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from shimin.kernel.tests.pictures import jpeg
from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk
from tests.journeys.test_requests import file

AGENCY = "长沙市交通运输局"
BOX = "是什么事，在哪里，希望怎么办"


def dispatch(hotline: Page, number: str) -> None:
    """Dispatch a request from the queue."""
    hotline.goto("/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    hotline.get_by_label("牵头部门").first.select_option(label=AGENCY)
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()


def test_from_a_photo_without_a_map_to_the_leaders_report(new_page: NewPage):
    citizen = new_page(width=390, height=844, script=False)
    citizen.goto("/c/430100/ask")
    citizen.get_by_label(BOX).fill("雨花区韶山中路公交站的顶棚掉了一块玻璃，候车的人很危险，请维修。")
    citizen.get_by_label(re.compile("^照片")).first.set_input_files(
        {"name": "IMG_7.jpg", "mimeType": "image/jpeg", "buffer": jpeg(900, 700, position=True)}
    )
    citizen.get_by_role("button", name="下一步：核对").click()
    expect(citizen.get_by_role("heading", name="请核对")).to_be_visible()
    citizen.get_by_role("button", name=re.compile("^提交")).click()
    expect(citizen).to_have_url(re.compile(r"/receipt$"))
    number = citizen.url.split("/")[-2]

    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    dispatch(hotline, number)

    citizen.goto(f"/requests/{number}")
    citizen.get_by_text("催一催").click()
    citizen.get_by_label(re.compile("^想说一句什么")).fill("有老人被划伤了。")
    citizen.get_by_role("button", name="催办").click()
    expect(citizen.get_by_text("您催办了一次")).to_be_visible()

    officer = new_page(width=1280, height=800)
    enter_desk(officer, "transport", "/desk/request-news")
    news = officer.get_by_role("region", name=re.compile("市民催办：.*韶山中路"))
    expect(news.get_by_text("有老人被划伤了。")).to_be_visible()
    assert serious_violations(officer) == []
    news.get_by_role("link").click()
    officer.get_by_role("button", name="部门签收").click()
    officer.get_by_label("答复（市民会看到）").fill("顶棚已换新，请您再去看看。")
    officer.locator("#reply_photos").set_input_files(
        {"name": "done.jpg", "mimeType": "image/jpeg", "buffer": jpeg(640, 480)}
    )
    officer.get_by_role("button", name="部门答复").click()
    expect(officer.get_by_text("已答复，等您评价").first).to_be_visible()
    officer.goto("/desk/request-news")
    expect(officer.get_by_text("韶山中路")).to_have_count(0)

    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_role("img", name=re.compile("部门的照片"))).to_have_count(1)
    citizen.get_by_label("非常不满意").check()
    citizen.get_by_role("button", name="提交评价").click()
    citizen.get_by_text("没有办好，要求重新办理").click()
    citizen.get_by_label("哪里没有办好").fill("另一块玻璃也松了。")
    citizen.get_by_role("button", name="要求重新办理").click()
    expect(citizen.get_by_text("第 2 次办理，由高一级处理")).to_be_visible()

    hotline.wait_for_timeout(2_000)
    hotline.goto("/desk/request-news")
    expect(hotline.get_by_role("region", name=re.compile("要求重新办理：.*韶山中路"))).to_be_visible()
    dispatch(hotline, number)

    watch = new_page(width=1280, height=800)
    enter_desk(watch, "supervisor", "/desk/requests/all")
    line = watch.get_by_role("link", name=re.compile(f"第 2 次办理.*{number}"))
    expect(line.locator(".light").first).to_be_visible()
    assert serious_violations(watch) == []

    leader = new_page(width=390, height=844)
    enter_desk(leader, "supervisor", "/desk/supervision")
    row = leader.get_by_role("row", name=re.compile("长沙交通|交通运输"))
    expect(row.first).to_be_visible()
    paper = leader.request.get(str(leader.get_by_role("link", name=re.compile("PDF")).get_attribute("href")))
    assert paper.body().startswith(b"%PDF-")
    leader.goto("/desk/supervision/weeks")
    assert serious_violations(leader) == []
    leader.locator("a.cell").first.click()
    expect(leader.get_by_role("heading", name="督查周报", level=1)).to_be_visible()
    assert serious_violations(leader) == []
    assert not leader.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_many_are_dispatched_and_accepted_at_once(new_page: NewPage):
    citizen = new_page()
    numbers = [
        file(citizen, f"岳麓区银盆岭公交站第{which}块站牌看不清字，请更换新的站牌。") for which in ("一", "二", "三")
    ]
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    for number in numbers:
        hotline.get_by_role("checkbox", name=re.compile(number)).check()
    hotline.get_by_label("派给").select_option(label=AGENCY)
    assert serious_violations(hotline) == []
    hotline.get_by_role("button", name="派单选中的").click()
    expect(hotline.get_by_role("heading", name=re.compile("^派单：3 件已办好"))).to_be_visible()
    assert serious_violations(hotline) == []

    officer = new_page(width=1280, height=800)
    enter_desk(officer, "transport", "/desk/requests/handle")
    for number in numbers[:2]:
        officer.get_by_role("checkbox", name=re.compile(number)).check()
    officer.get_by_role("button", name="签收选中的").click()
    expect(officer.get_by_role("heading", name=re.compile("^签收：2 件已办好"))).to_be_visible()
    officer.goto("/desk/requests/handle")
    for number in numbers:
        officer.get_by_role("checkbox", name=re.compile(number)).check()
    officer.get_by_role("button", name="签收选中的").click()
    expect(officer.get_by_role("heading", name=re.compile("1 件已办好，2 件没有办成"))).to_be_visible()
    assert serious_violations(officer) == []
    citizen.goto(f"/requests/{numbers[2]}")
    expect(citizen.get_by_text("部门签收")).to_be_visible()


def test_an_answer_is_published_with_the_photo_that_was_picked(new_page: NewPage):
    citizen = new_page()
    number = file(citizen, "请问望城坡公交站的无障碍坡道什么时候能修好？")
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    dispatch(hotline, number)
    officer = new_page(width=1280, height=800)
    enter_desk(officer, "transport", "/desk/requests/handle")
    officer.get_by_role("link", name=re.compile(number)).click()
    officer.get_by_role("button", name="部门签收").click()
    officer.get_by_label("答复（市民会看到）").fill("坡道下周修好。")
    officer.locator("#reply_photos").set_input_files(
        [{"name": f"{side}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(side, side)} for side in (400, 500)]
    )
    officer.get_by_role("button", name="部门答复").click()
    expect(officer.get_by_text("已答复，等您评价").first).to_be_visible()

    head = new_page(width=390, height=844)
    enter_desk(head, "hotline-head", "/desk/")
    head.goto(officer.url)
    head.get_by_label(re.compile("^公开的问与答")).fill("问：坡道何时修好？答：下周。湘A12345的车主已挪车。")
    head.get_by_label("答复的照片，第 2 张").check()
    assert serious_violations(head) == []
    head.get_by_role("button", name="公开答复").click()
    head.get_by_role("link", name="大家看到的样子").click()
    expect(head.get_by_role("heading", name="答复", exact=True)).to_be_visible()
    anybody = new_page(width=320, height=640, script=False)
    anybody.goto(head.url)
    expect(anybody.get_by_role("img", name=re.compile("答复的照片"))).to_have_count(1)
    assert anybody.get_by_text("A12345").count() == 0
    assert serious_violations(head) == []
    assert not head.evaluate("document.documentElement.scrollWidth > window.innerWidth")
