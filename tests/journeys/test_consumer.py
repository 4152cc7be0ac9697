"""12315 from the search for a shop to the mediated result, as a citizen and as market regulation."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter, enter_desk

ADDRESS = "/c/430100/12315"


def is_for_everybody(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert serious_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_complaint_against_a_shop_of_the_register(new_page: NewPage):
    citizen = new_page(width=390, height=844)
    enter(citizen, "13800000001", ADDRESS)
    is_for_everybody(citizen)
    citizen.get_by_label("先找商家").fill("芙蓉区")
    citizen.get_by_role("button", name="查商家").click()
    expect(citizen.get_by_role("heading", name="找到 20 家")).to_be_visible()
    is_for_everybody(citizen)
    citizen.get_by_role("link", name=re.compile("长沙芙蓉区.*（演示）")).first.click()
    expect(citizen.get_by_label(re.compile("投诉：请人调解"))).to_be_visible()
    expect(citizen.locator(".place-pin")).to_be_visible()
    is_for_everybody(citizen)
    citizen.get_by_label(re.compile("投诉：请人调解")).check()
    citizen.get_by_label(re.compile("^什么商品或服务")).fill("奶粉两罐")
    citizen.get_by_label(re.compile("^涉及多少钱")).fill("396")
    citizen.get_by_label(re.compile("^要商家怎么办")).select_option(label="退货退款")
    citizen.get_by_label("事情经过").fill("上周买的奶粉已经过期三个月，店里不肯退，要求退货退款。")
    citizen.get_by_role("button", name="提交").click()
    expect(citizen.get_by_text("投诉要写您的姓名").first).to_be_visible()
    is_for_everybody(citizen)
    citizen.get_by_label(re.compile("^您的姓名")).fill("周晓敏")
    citizen.get_by_label(re.compile("^手机号码")).fill("13800000001")
    citizen.get_by_label(re.compile("^您的通讯地址")).fill("长沙市岳麓区潇湘中路8号")
    citizen.get_by_role("button", name="提交").click()
    expect(citizen).to_have_url(re.compile(r"/receipt$"))
    number = citizen.url.split("/")[-2]
    citizen.wait_for_timeout(2_500)  # the worker sends it to market regulation
    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_text("前决定是否受理")).to_be_visible()
    expect(citizen.get_by_text("¥396.00")).to_be_visible()
    is_for_everybody(citizen)
    officer = new_page(width=1280, height=800)
    enter_desk(officer, "market-regulation", "/desk/requests/consumer")
    officer.get_by_role("link", name=re.compile(number)).click()
    officer.get_by_role("button", name="部门签收").click()
    expect(officer.get_by_role("button", name="决定受理投诉")).to_be_visible()
    assert serious_violations(officer) == []
    officer.get_by_text("投诉人的联系方式").click()
    officer.get_by_label(re.compile("^为什么要看")).fill("约双方调解")
    officer.get_by_role("button", name="查看").click()
    expect(officer.get_by_text("13800000001")).to_be_visible()
    officer.get_by_label(re.compile("^怎么调解")).fill("周五上午到所里调解，请带小票。")
    officer.get_by_role("button", name="决定受理投诉").click()
    expect(officer.get_by_text(re.compile("前结束调解"))).to_be_visible()
    assert serious_violations(officer) == []
    officer.get_by_label("结果", exact=True).select_option(label="双方达成调解协议")
    officer.get_by_label("经过和结果（反映人会看到）").fill("商家当场退款 396 元。")
    officer.get_by_role("button", name="告知处理结果").click()
    expect(officer.get_by_text("已答复，等您评价").first).to_be_visible()
    citizen.goto(f"/requests/{number}")
    expect(citizen.get_by_text("双方达成调解协议。商家当场退款").first).to_be_visible()


def test_a_report_without_account_and_script(new_page: NewPage):
    page = new_page(width=320, height=640, script=False)
    page.goto(f"{ADDRESS}?own=1")
    page.get_by_label(re.compile("举报：请查商家")).check()
    page.get_by_label(re.compile("^商家名称")).fill("巷口小店")
    page.get_by_label(re.compile("^商家地址")).fill("岳麓区望月村")
    page.get_by_label("事情经过").fill("没有营业执照，卖散装白酒。")
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(re.compile(r"/receipt$"))
    expect(page.get_by_text("前核查并决定是否立案").first).to_be_visible()
