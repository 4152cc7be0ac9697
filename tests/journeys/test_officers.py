"""Roles of staff at the desk: asked by one, agreed to by another, an emergency looked into, a review."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.axe import serious_violations
from tests.journeys.conftest import NewPage
from tests.journeys.doors import arrive, enter_desk


def test_a_role_takes_two_people_and_is_taken_back(new_page: NewPage):
    system, security = new_page(width=1280, height=800), new_page(width=1280, height=800)
    enter_desk(system, "system-admin", "/desk/staff/ask")
    assert serious_violations(system) == []
    system.get_by_label("同事的工号").fill("analyst")
    system.get_by_label("岗位", exact=True).select_option("identity.risk")
    system.get_by_label("行政区划代码").fill("430100")
    system.get_by_label("原因").fill("登录风险专员休假")
    system.get_by_role("button", name="提交").click()
    arrive(system, "/desk/staff/changes")
    enter_desk(security, "security-admin", "/desk/staff/changes")
    assert serious_violations(security) == []
    security.get_by_role("button", name=re.compile(r"^同意.*分析员 登录风险")).click()
    arrive(security, "/desk/staff/changes")
    security.goto("/desk/staff")
    assert serious_violations(security) == []
    security.get_by_role("button", name=re.compile(r"^收回.*分析员 登录风险")).click()
    arrive(security, "/desk/staff")
    expect(security.get_by_role("button", name=re.compile(r"^收回.*分析员 登录风险"))).to_have_count(0)


def test_an_emergency_is_looked_into(new_page: NewPage):
    officer, auditor = new_page(), new_page(width=1280, height=800)
    enter_desk(officer, "window-2", "/desk/")
    officer.get_by_role("link", name="紧急启用").click()
    assert serious_violations(officer) == []
    officer.get_by_label("岗位").select_option("service_requests.dispatcher")
    officer.get_by_label("原因").fill("派单员突发疾病，燃气泄漏的诉求要马上派")
    officer.get_by_role("button", name="启用一小时").click()
    arrive(officer, "/desk/")
    enter_desk(auditor, "audit-admin", "/desk/staff/changes")
    expect(auditor.locator("main")).to_contain_text("等审计管理员核查")
    auditor.get_by_label("核查的结果").first.fill("看过记录，情况属实")
    auditor.get_by_role("button", name="核查完了").first.click()
    arrive(auditor, "/desk/staff/changes")
    expect(auditor.locator("main")).to_contain_text("看过记录，情况属实")
