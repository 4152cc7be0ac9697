import re
from urllib.parse import unquote

import pytest

from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.models import CallbackRequest
from shimin.capabilities.enquiries.queries.reads import list_reads
from shimin.capabilities.enquiries.tests.conftest import sign_in
from shimin.capabilities.enquiries.tests.factories import ACCOUNT, SCORE, TAXI, VIOLATION
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel.actor import SYSTEM
from shimin.kernel.calls import client as http_client
from shimin.kernel.db import scope
from shimin.kernel.testing import count_statements

VIOLATIONS = "/c/430100/items/traffic-violations/look-up"
FUND = "/c/430100/items/housing-fund/look-up"
TAXIS = "/c/430100/items/taxi-check/look-up"
SCORES = "/c/430100/items/gaokao-score/look-up"


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def violations(publish, source, browser, resident):
    publish("traffic-violations")
    source.records["violations"] = [VIOLATION]
    sign_in(browser, resident)
    return source


def test_the_record_says_the_answer_first(violations, browser):
    page = words(browser.get(VIOLATIONS))
    assert page.index("1 条未处理违法，共 ¥200.00，记 6 分") < page.index("驾驶机动车违反道路交通信号灯通行")
    assert page.index("岳麓区潇湘中路") < page.index("长沙市公安局交通警察支队")
    assert "谁看过我的数据" in page


def test_a_page_costs_at_most_eight_statements(violations, browser):
    browser.get(VIOLATIONS)
    with count_statements() as seen:
        assert browser.get(VIOLATIONS).status_code == 200
    assert seen.count <= 8, seen.statements


def test_a_record_is_kept_by_nobody_on_the_way(violations, browser):
    header = browser.get(VIOLATIONS)["Cache-Control"]
    assert "private" in header
    assert "no-store" in header


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_a_browser_that_loads_ahead_reads_nothing(violations, browser, headers):
    assert browser.get(VIOLATIONS, headers=headers).status_code == 403
    assert violations.asked == []


def test_a_question_for_the_headers_reads_nothing(violations, browser):
    assert browser.head(VIOLATIONS).status_code == 405
    assert violations.asked == []


def test_two_tabs_are_two_reads(violations, browser, resident):
    browser.get(VIOLATIONS)
    browser.get(VIOLATIONS)
    assert len(list_reads(resident.actor).reads) == 2


def test_a_guest_signs_in_and_comes_back(publish, source, browser):
    publish("traffic-violations")
    response = browser.get(f"{VIOLATIONS}?view=violations")
    assert response.status_code == 302
    assert unquote(response["Location"]) == f"/account/sign-in?next={VIOLATIONS}?view=violations"


def test_an_unproved_account_proves_its_name_and_comes_back(publish, source, browser, at):
    publish("traffic-violations")
    sign_in(browser, make_resident(level=1))
    assert unquote(browser.get(VIOLATIONS)["Location"]) == f"/account/real-name?next={VIOLATIONS}"


def test_unknown_views_and_items_are_not_found(violations, browser):
    assert browser.get(f"{VIOLATIONS}?view=wings").status_code == 404
    assert browser.get("/c/430100/items/flying-carpet/look-up").status_code == 404
    assert browser.get("/c/999999/items/traffic-violations/look-up").status_code == 404


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        (http_client.SourceSlow("traffic-police"), 503, "部门的系统暂时没有回应"),
        (http_client.SourceThrottled("traffic-police", retry_after_seconds=7), 503, "大约 7 秒后可以再试"),
        (http_client.AnswerForged("traffic-police"), 502, "没有通过核对，为了安全没有显示"),
        (http_client.SourceRefused("traffic-police", 403, {}), 502, "部门没有答应这次查询"),
    ],
    ids=lambda value: getattr(value, "code", ""),
)  # fmt: skip
def test_a_failing_source_is_told_in_plain_words(violations, browser, failure, status, said):
    violations.failure = failure
    response = browser.get(VIOLATIONS)
    assert response.status_code == status
    assert said in words(response)
    assert "恢复后通知我" in words(response)


def test_a_promise_to_tell_is_noted_once(violations, browser, resident):
    for _ in range(2):
        assert "恢复后通知您" in words(browser.post(f"{VIOLATIONS}/callback"))
    with scope(SYSTEM):
        request = CallbackRequest.objects.get()
    assert (request.account_id, request.system) == (resident.account_id, "traffic-police")


def test_consent_is_asked_before_the_first_look_up_only(publish, source, browser, resident):
    publish("housing-fund")
    source.records["account"] = [ACCOUNT]
    source.records["deposits"] = []
    sign_in(browser, resident)
    page = words(browser.get(f"{FUND}?view=deposits&year=2025"))
    assert "查之前，请您同意" in page
    assert "敏感个人信息" in page
    assert source.asked == []
    response = browser.post(f"{FUND}/consent", {"view": "deposits", "year": "2025"})
    assert response["Location"] == f"{FUND}?view=deposits&year=2025"
    assert "这一年没有缴存或提取" in words(browser.get(response["Location"]))
    assert "账户余额 ¥81,234.56" in words(browser.get(FUND))


def test_nothing_to_consent_to_is_not_found(violations, browser):
    assert browser.post(f"{VIOLATIONS}/consent").status_code == 404


def test_a_choice_is_remembered_and_can_be_changed(publish, source, browser, resident):
    publish("gaokao-score")
    source.records["gaokao-score"] = [SCORE]
    sign_in(browser, resident)
    page = browser.get(f"{SCORES}?year=2024").content.decode()
    assert source.asked[-1][1].params == {"year": 2024}
    assert re.search(r'<option value="2024" selected', page)
    browser.get(SCORES)
    assert source.asked[-1][1].params == {"year": 2026}


def test_a_wrong_choice_is_told_beside_its_field(publish, source, browser, resident):
    publish("gaokao-score")
    sign_in(browser, resident)
    response = browser.get(f"{SCORES}?year=1066")
    assert response.status_code == 422
    assert "请从列出的年份里选一个" in words(response)
    assert source.asked == []


def test_anybody_may_check_a_taxi(publish, source, browser):
    publish("taxi-check")
    source.records["taxi"] = [TAXI]
    asked = browser.get(TAXIS)
    assert asked.status_code == 200
    assert "例如：湘AT0001" in words(asked)
    page = words(browser.get(f"{TAXIS}?plate=湘a·t0001"))
    assert "湘A·T0001 是正规出租车" in page
    assert "谁看过" not in page


@pytest.mark.parametrize(
    "plate", ["x" * 3_000, "😀😀", "<script>alert(1)</script>", "湘A'; DROP TABLE--", "a\r\nX-Evil: 1"]
)
def test_hostile_input_is_told_and_escaped(publish, source, browser, plate):
    publish("taxi-check")
    response = browser.get(TAXIS, {"plate": plate})
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()
    assert "X-Evil" not in response
    assert source.asked == []


def test_private_parameters_stay_out_of_addresses(publish, source, browser, monkeypatch):
    publish("taxi-check")
    monkeypatch.setattr("shimin.capabilities.enquiries.domain.declaration.View.is_private", True)
    source.records["taxi"] = [TAXI]
    assert browser.get(TAXIS, {"plate": "湘AT0001"}).status_code == 200
    assert source.asked == []
    assert "是正规出租车" in words(browser.post(TAXIS, {"plate": "湘AT0001"}))


def test_a_view_is_read_only_when_it_is_opened(publish, source, browser, resident):
    publish("housing-fund")
    source.records["account"] = [ACCOUNT]
    sign_in(browser, resident)
    browser.post(f"{FUND}/consent")
    page = browser.get(FUND).content.decode()
    assert [query.record for _, query in source.asked] == ["account"]
    assert f'href="{FUND}?view=loan"' in page


def test_a_refused_look_up_shows_in_who_read_my_data(publish, source, browser, resident):
    publish("housing-fund")
    sign_in(browser, resident)
    browser.get(FUND)
    assert list_reads(resident.actor).reads[0].outcome is Outcome.REFUSED
    assert "已拒绝" in words(browser.get("/me/reads"))
