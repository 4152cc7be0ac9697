"""A city asks its people: the desk writes and publishes, a resident votes once, everybody reads a result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive, enter, enter_desk


def test_an_officer_asks_and_a_resident_answers_once(new_page: NewPage):
    today = datetime.now(UTC).date()
    desk = new_page(width=1280, height=800)
    enter_desk(desk, "analyst")
    desk.get_by_role("navigation", name="待办队列").get_by_role("link", name="征求意见").click()
    desk.get_by_role("link", name="写一个投票").click()
    desk.get_by_label("题目").fill("公园晚上几点关灯？")
    desk.get_by_label("选项").fill("十点\n十一点\n通宵亮着")
    desk.get_by_label("最多选几项").fill("5")
    desk.get_by_label("有账号的人").check()
    desk.get_by_label("第一天").fill(str(today - timedelta(days=1)))
    desk.get_by_label("最后一天").fill(str(today + timedelta(days=9)))
    desk.get_by_label("各渠道的权重").fill("传真 3")
    desk.get_by_role("button", name="存成草稿").click()
    expect(desk.get_by_role("alert")).to_contain_text("看不懂“传真 3”")
    assert serious_violations(desk) == []
    desk.get_by_label("各渠道的权重").fill("")
    desk.get_by_role("button", name="存成草稿").click()
    expect(desk.get_by_role("alert")).to_contain_text("从1到选项的个数")
    desk.get_by_label("最多选几项").fill("1")
    desk.get_by_role("button", name="存成草稿").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("公园晚上几点关灯？")
    desk.get_by_role("button", name="按上面保存过的内容发布").click()
    expect(desk.get_by_role("link", name="市民看到的页面")).to_be_visible()
    assert serious_violations(desk) == []
    address = desk.get_by_role("link", name="市民看到的页面").get_attribute("href") or ""

    phone = new_page(width=390, height=844)
    phone.goto("/c/430100/polls")
    expect(phone.get_by_role("heading", level=1)).to_have_text("征求意见")
    assert serious_violations(phone) == []
    phone.goto(address)
    expect(phone.get_by_role("link", name="登录后投票")).to_be_visible()
    enter(phone, "13800000003", address)
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("alert")).to_have_text("请选1项。")
    phone.get_by_label("通宵亮着").check()
    assert serious_violations(phone) == []
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="您选的是")).to_be_visible()
    assert serious_violations(phone) == []
    phone.get_by_role("button", name="投出这一票").click()
    arrive(phone, address)
    expect(phone.get_by_text("您已经投过票")).to_be_visible()
    expect(phone.get_by_text("结束以前谁也看不到结果")).to_contain_text("已有 1 人投票")
    assert serious_violations(phone) == []

    desk.get_by_label("为什么撤回").fill("日期要改")
    desk.get_by_role("button", name="撤回").click()
    expect(desk.get_by_text("撤回原因：日期要改")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("这个投票已经撤回")).to_be_visible()


def test_everybody_reads_a_result(new_page: NewPage):
    page = new_page(width=320, height=640, script=False)
    page.goto("/c/430100/polls")
    page.get_by_role("link", name="您还希望在手机上办什么").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您还希望在手机上办什么？")
    expect(page.get_by_role("cell", name="其他", exact=True)).to_be_visible()
    assert page.get_by_text("总结果按渠道加权").is_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="下载 CSV").click()
    lines = started.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "option,channel,ticks,voters,share,weighted_share"
    assert len(lines) == 1 + 6 * 3
    poll_id = page.url.rpartition("/")[2]
    told = page.request.get(f"/api/v1/polls/{poll_id}").json()
    assert (told["phase"], len(told["result"]["channels"])) == ("closed", 3)
    assert poll_id in [each["id"] for each in page.request.get("/api/v1/regions/430100/polls").json()]
