"""Pages for citizens and the editors' desk."""

from __future__ import annotations

import pytest
from django.test import Client

from shimin.capabilities.catalogue import tally
from shimin.capabilities.catalogue.models import Feedback, UsageCount
from shimin.capabilities.catalogue.tests.factories import CITY
from shimin.kernel.testing import count_statements

ITEM = f"/c/{CITY}/items/id-card-replacement"


@pytest.fixture
def browser():
    return Client()


def text_of(response):
    return response.content.decode()


class TestItem:
    def test_shows_the_guide(self, publish_item, no_blocks, browser):
        publish_item()
        page = text_of(browser.get(ITEM))
        for words in (
            "居民身份证遗失补领",
            "20 个工作日",
            "每证 40 元",
            "最多 1 次",
            "一张新的居民身份证",
            "户口簿",
            "不用带",
            "示范路 1 号",
        ):
            assert words in page
        assert "委托书" not in page

    def test_the_situation_decides_the_materials(self, publish_item, no_blocks, browser):
        publish_item()
        assert "委托书" in text_of(browser.get(f"{ITEM}?who=guardian"))
        assert "委托书" not in text_of(browser.get(f"{ITEM}?who=self"))
        assert browser.get(f"{ITEM}?who=%00<script>").status_code == 200

    def test_four_statements_at_most(self, publish_item, no_blocks, browser):
        publish_item("430100/bureau/second", name="第二项")
        publish_item(related=["second"])
        with count_statements() as seen:
            page = text_of(browser.get(ITEM))
        assert "第二项" in page
        assert seen.count <= 4

    def test_one_button_leads_to_what_works(self, publish_item, ticket, browser):
        publish_item(online="one-visit", ticket={"word": "a"})
        page = text_of(browser.get(ITEM))
        assert page.count("button primary") == 1
        assert 'href="/ticket/id-card-replacement"' in page
        assert "要先登录并核实真实姓名" in page

    def test_a_guide_leads_to_the_official_site(self, publish_item, no_blocks, browser):
        publish_item(channels={"web": {"how": "网上办", "url": "https://example.gov.cn/x"}})
        assert 'class="button primary" href="https://example.gov.cn/x"' in text_of(browser.get(ITEM))

    def test_a_paused_item_says_why_and_has_no_button(self, publish_item, ticket, browser):
        paused = {"state": "paused", "words": "系统升级，12 月 5 日恢复。", "from": "2026-11-01"}
        publish_item(online="one-visit", ticket={"word": "a"}, status=paused)
        page = text_of(browser.get(ITEM))
        assert "系统升级，12 月 5 日恢复。" in page
        assert "button primary" not in page

    def test_texts_cannot_bring_markup(self, publish_item, no_blocks, browser):
        publish_item(
            name="<b>补领</b>", more="<script>alert(1)</script>", faq=[{"q": "<i>", "a": "[x](javascript:alert(1))"}]
        )
        page = text_of(browser.get(ITEM))
        assert "<script>alert" not in page
        assert "<b>补领" not in page
        assert 'href="javascript' not in page

    def test_opening_counts(self, publish_item, no_blocks, browser):
        publish_item()
        browser.get(ITEM)
        browser.get(ITEM)
        tally.used.flush()
        assert UsageCount.objects.get().times == 2

    def test_unknown_item_and_region(self, publish_item, no_blocks, browser):
        publish_item()
        assert browser.get(f"/c/{CITY}/items/absent").status_code == 404
        assert browser.get("/c/999999/items/id-card-replacement").status_code == 404


class TestPicker:
    def test_lets_one_choose(self, places, browser):
        page = text_of(browser.get("/"))
        assert "长沙" in page
        assert "济源" in page

    def test_leads_back_to_the_last_city(self, places, browser):
        browser.cookies["shimin_city"] = CITY
        assert browser.get("/").headers["Location"] == f"/c/{CITY}/"
        assert browser.get("/?choose=1").status_code == 200
        browser.cookies["shimin_city"] = "999999"
        assert browser.get("/").status_code == 200

    def test_remembers_the_last_four(self, places, browser):
        browser.cookies["shimin_city"] = CITY
        browser.cookies["shimin_recent"] = "430200.419001.bad.430104.430105"
        response = browser.get("/?choose=1")
        assert response.cookies["shimin_recent"].value == "430100.430200.419001.430104"

    def test_searches_and_drills_down(self, places, browser):
        assert "岳麓区" in text_of(browser.get("/?choose=1&q=yuelu"))
        assert "没有找到这个地方" in text_of(browser.get("/?choose=1&q=%00mars"))
        assert "株洲市" in text_of(browser.get("/?in=430000"))

    @pytest.mark.parametrize(
        ("query", "target"),
        [
            ("lng=112.87&lat=28.19", f"/c/{CITY}/"),
            ("lng=nan&lat=28", "/?choose=1&nowhere=1"),
            ("lng=1e999&lat=28", "/?choose=1&nowhere=1"),
            ("", "/?choose=1&nowhere=1"),
        ],
    )
    def test_nearest(self, places, browser, query, target):
        assert browser.get(f"/nearest?{query}").headers["Location"] == target


def test_theme_lists_its_items(publish_item, no_blocks, browser):
    publish_item()
    assert "居民身份证遗失补领" in text_of(browser.get(f"/c/{CITY}/themes/natural/090"))
    assert "这个主题还没有服务" in text_of(browser.get(f"/c/{CITY}/themes/natural/095"))
    assert browser.get(f"/c/{CITY}/themes/natural/080").status_code == 404


class TestFeedback:
    def test_anybody_may_tell(self, browser, publish_item, no_blocks):
        publish_item()
        url = f"/feedback?region={CITY}&item=id-card-replacement"
        assert "居民身份证遗失补领" in text_of(browser.get(url))
        assert "收到了" in text_of(browser.post(url, {"fault": "wrong", "text": "不要户口簿了"}))
        found = Feedback.objects.get()
        assert (found.city_code, found.fault, found.text, found.status) == (CITY, "wrong", "不要户口簿了", "new")
        assert found.item_id is not None

    def test_says_what_is_missing_and_keeps_the_text(self, browser, places):
        response = browser.post(f"/feedback?region={CITY}", {"text": "x" * 20_000})
        assert response.status_code == 422
        assert "请选择哪里不对" in text_of(response)
        assert "最多 1000 字" in text_of(response)
        assert Feedback.objects.count() == 0

    def test_ten_an_hour(self, browser, places, stopped_clock):
        for _ in range(10):
            assert browser.post("/feedback", {"fault": "other", "text": "x"}).status_code == 200
        assert browser.post("/feedback", {"fault": "other", "text": "x"}).status_code == 429
