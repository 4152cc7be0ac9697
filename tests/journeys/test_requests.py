"""A citizen tells a problem: without a script, without an account, on the smallest phone; and rates what came of it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from shimin.kernel.tests.pictures import HEIC, jpeg
from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter, enter_desk

ASK = "/c/430100/ask"
WORDS = "开福区湘江北路江边步道的护栏断了两根，小孩玩耍很危险，希望尽快装好。"


def is_for_everybody(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def file(page: Page, words: str) -> str:
    """Write, look over, file; return the number."""
    page.goto(ASK)
    page.get_by_label("是什么事，在哪里，希望怎么办").fill(words)
    page.get_by_label(re.compile("^地点")).fill("开福区湘江北路")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    page.get_by_role("button", name=re.compile("^提交")).click()
    expect(page).to_have_url(re.compile(r"/requests/[0-9A-Z]{19}/receipt$"))
    return page.url.split("/")[-2]


def test_without_script_and_account_from_the_box_to_the_follow_page(new_page: NewPage):
    page = new_page(width=320, height=640, script=False)
    number = file(page, WORDS)
    code = page.locator(".figure-value").nth(1).inner_text()
    assert re.fullmatch(r"\d{8}", code)
    stranger = new_page(width=320, height=640, script=False)
    stranger.goto(f"/requests/{number}")
    stranger.get_by_label("查询码").fill(code)
    stranger.get_by_role("button", name="查进度").click()
    expect(stranger.get_by_text("您提交了诉求")).to_be_visible()
    stranger.get_by_text("补充情况").click()
    stranger.get_by_label("补充什么情况").fill("今天又断了一根。")
    stranger.get_by_role("button", name="补充").click()
    expect(stranger.get_by_text("今天又断了一根。")).to_be_visible()


def test_by_photo_without_a_map_and_without_script(new_page: NewPage):
    page = new_page(width=390, height=844, script=False)
    page.goto(ASK)
    page.get_by_label("是什么事，在哪里，希望怎么办").fill("岳麓区枫林一路的井盖碎了，夜里很危险，请尽快更换。")
    page.get_by_label(re.compile("^照片")).first.set_input_files(
        [
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": jpeg(1200, 900, position=True)},
            {"name": "IMG_2.heic", "mimeType": "image/heic", "buffer": HEIC.read_bytes()},
            {"name": "zip.jpg", "mimeType": "image/jpeg", "buffer": b"PK" + b"0" * 99},
        ]
    )
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert").get_by_text(re.compile("第3张（zip.jpg）"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("已选的第"))).to_have_count(2)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("已选的第"))).to_have_count(2)
    expect(page.get_by_text("取自照片")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^提交")).click()
    expect(page).to_have_url(re.compile(r"/receipt$"))
    number = page.url.split("/")[-2]
    page.goto(f"/requests/{number}")
    expect(page.get_by_role("img", name=re.compile("您的照片"))).to_have_count(2)
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    hotline.get_by_role("link", name=re.compile(number)).click()
    photos = hotline.get_by_role("img", name=re.compile("市民的照片"))
    expect(photos).to_have_count(2)
    assert photos.first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    assert serious_violations(hotline) == []


def test_every_page_is_for_everybody(new_page: NewPage):
    page = new_page(width=320, height=640)
    page.goto(ASK)
    is_for_everybody(page)
    page.get_by_label("是什么事，在哪里，希望怎么办").fill(WORDS)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    is_for_everybody(page)
    number = file(page, WORDS + "谢谢。")
    is_for_everybody(page)
    page.goto(f"/requests/{number}")
    is_for_everybody(page)
    page.goto("/requests/look-up")
    is_for_everybody(page)


def test_the_category_is_there_within_seconds(new_page: NewPage):
    page = new_page()
    number = file(page, "投诉出租车司机拒载，不打表，乱收费，要求的士公司整改。")
    page.wait_for_timeout(2_000)
    page.goto(f"/requests/{number}")
    expect(page.get_by_text("交通运输")).to_be_visible()


def test_danger_to_life_shows_the_numbers_first(page: Page):
    page.goto(ASK)
    page.get_by_label("是什么事，在哪里，希望怎么办").fill("楼上起火了，有人被困在里面")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert").get_by_role("link", name="119 火警")).to_be_visible()
    is_for_everybody(page)


def test_a_bad_answer_is_rated_and_done_again_one_level_higher(page: Page):
    enter(page, "13800000001", "/me/requests")
    is_for_everybody(page)
    page.get_by_role("link", name=re.compile("信号灯坏了")).click()
    expect(page.get_by_role("heading", name="请您评价")).to_be_visible()
    is_for_everybody(page)
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("不满意的话，请工作人员联系我").check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("不满意，请工作人员联系")).to_be_visible()
    page.get_by_text("没有办好，要求重新办理").click()
    page.get_by_label("哪里没有办好").fill("绿灯还是只有五秒。")
    page.get_by_role("button", name="要求重新办理").click()
    expect(page.get_by_text("第 2 次办理")).to_be_visible()
    expect(page.get_by_text("由高一级重新办理")).to_be_visible()


def test_the_home_page_leads_to_the_box(page: Page, signed_in: list[Any]):
    page.goto("/c/430100/")
    page.get_by_role("link", name=re.compile("说说您的问题")).click()
    expect(page.get_by_role("heading", name="说说您的问题", level=1)).to_be_visible()


def test_from_the_citizen_over_dispatcher_and_officer_back(new_page: NewPage):
    citizen = new_page(width=320, height=640, script=False)
    number = file(citizen, "投诉公交站的站牌被撞歪了，候车的老人够不着扶手，请维修。")
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/dispatch")
    assert serious_violations(hotline) == []
    hotline.get_by_role("link", name=re.compile(number)).click()
    expect(hotline.get_by_role("heading", name=re.compile("站牌被撞歪"))).to_be_visible()
    assert serious_violations(hotline) == []
    hotline.get_by_label("牵头部门").first.select_option(label="长沙市交通运输局")
    hotline.get_by_role("button", name="派给承办部门").click()
    expect(hotline.get_by_text("已派单，等部门签收").first).to_be_visible()
    officer = new_page(width=1280, height=800)
    enter_desk(officer, "transport", "/desk/requests/handle")
    officer.get_by_role("link", name=re.compile(number)).click()
    officer.get_by_role("button", name="部门签收").click()
    expect(officer.get_by_label("答复（市民会看到）")).to_be_visible()
    assert serious_violations(officer) == []
    officer.get_by_label("答复（市民会看到）").fill("站牌已扶正，扶手同时加固，请您再去看看。")
    officer.get_by_role("button", name="部门答复").click()
    expect(officer.get_by_text("已答复，等您评价").first).to_be_visible()
    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_text("站牌已扶正").first).to_be_visible()
    citizen.get_by_label("非常不满意").check()
    citizen.get_by_role("button", name="提交评价").click()
    citizen.get_by_text("没有办好，要求重新办理").click()
    citizen.get_by_label("哪里没有办好").fill("扶手还是松的。")
    citizen.get_by_role("button", name="要求重新办理").click()
    expect(citizen.get_by_text("第 2 次办理")).to_be_visible()
    hotline.goto("/desk/requests/dispatch")
    expect(hotline.get_by_role("link", name=re.compile(f"第 2 次办理.*{number}"))).to_be_visible()


def test_danger_to_life_reaches_the_duty_desk_at_once(new_page: NewPage):
    citizen = new_page()
    number = file(citizen, "老人在江边落水，还没有救上来！")
    expect(citizen.get_by_role("button", name="持续发送我的位置")).to_be_visible()
    assert serious_violations(citizen) == []
    inbox = new_page()
    inbox.wait_for_timeout(2_000)
    inbox.goto("/demo/inbox")
    expect(inbox.get_by_text(re.compile(f"紧急.*{number}"))).to_be_visible()
    hotline = new_page(width=1280, height=800)
    enter_desk(hotline, "hotline", "/desk/requests/emergency")
    expect(hotline.get_by_role("link", name=re.compile(number))).to_be_visible()
