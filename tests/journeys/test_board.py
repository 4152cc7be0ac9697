"""The board of a city, at the desk and on a wall."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter_desk


def test_a_supervisor_reads_the_board_and_puts_it_on_a_wall(new_page: NewPage):
    page = new_page(width=1280, height=800)
    enter_desk(page, "supervisor")
    page.get_by_role("navigation", name="待办队列").get_by_role("link", name="督查看板").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("督查看板 · 长沙市")
    page.get_by_text("查询语句", exact=True).click()
    expect(page.get_by_text("percentile_cont(0.5)").first).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="最近 90 天").click()
    expect(page.locator("[aria-current=true]")).to_have_text("最近 90 天")
    page.get_by_role("region", name="各部门的数").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("全市诉求")
    page.go_back()
    page.get_by_role("link", name="大屏").click()
    expect(page.get_by_text("秒后更新")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="暂停更新").click()
    expect(page.get_by_text("已暂停更新")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="继续更新")).to_be_visible()
    page.get_by_role("link", name="退出大屏").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("督查看板 · 长沙市")


def test_a_supervisor_subscribes_to_the_weekly_letter(new_page: NewPage):
    page = new_page(width=390, height=844)
    enter_desk(page, "supervisor")
    page.goto("/desk/board")
    page.get_by_label("邮箱").fill("不是邮箱")
    page.get_by_role("button", name="发验证码到这个邮箱").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写一个邮箱地址")
    assert serious_violations(page) == []
    page.get_by_label("邮箱").fill("duban@city.example.cn")
    page.get_by_role("button", name="发验证码到这个邮箱").click()
    expect(page.get_by_text("等您确认")).to_be_visible()
    box = new_page()
    box.goto("/demo/inbox")
    words = box.get_by_text("用这个邮箱订阅了").first.inner_text()
    page.get_by_label("邮件里的验证码").fill(words.split("验证码：")[1][:6])
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("已确认")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("button", name="不再发").click()
    expect(page.get_by_text("已确认")).to_have_count(0)
