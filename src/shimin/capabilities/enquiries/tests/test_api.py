import orjson
import pytest
from django.test import Client

from shimin.capabilities.enquiries.api.schemas import RecordOut
from shimin.capabilities.enquiries.tests.factories import SCORE, TAXI, VIOLATION
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel.calls import client as http_client

ITEM = "/api/v1/regions/430100/items/"
VIOLATIONS = f"{ITEM}traffic-violations/look-ups"


@pytest.fixture
def api(resident):
    """A program with the resident's session."""
    return Client(headers={"Authorization": f"Bearer {resident.token}"})


@pytest.fixture
def violations(publish, source):
    publish("traffic-violations")
    source.records["violations"] = [VIOLATION]
    return source


def post(client, path, body=None):
    return client.post(path, orjson.dumps(body or {}), content_type="application/json")


def test_says_what_can_be_looked_up(violations):
    offer = Client().get(VIOLATIONS).json()
    assert (offer["item"], offer["level"], offer["consent_code"]) == ("traffic-violations", 2, None)
    assert [field["name"] for field in offer["views"][0]["fields"]][:2] == ["violation_id", "act"]


def test_gives_the_record_with_its_words(violations, api):
    response = post(api, VIOLATIONS)
    record = response.json()
    assert response.status_code == 200
    assert record["sentence"] == "1 条未处理违法，共 ¥200.00，记 6 分"
    assert record["records"][0]["fine_fen"] == 20_000
    assert isinstance(record["enquiry_id"], str)
    assert RecordOut.model_validate(record).model_dump(mode="json").keys() == record.keys()
    assert "no-store" in response["Cache-Control"]


def test_a_public_record_needs_no_session(publish, source):
    publish("taxi-check")
    source.records["taxi"] = [TAXI]
    record = post(Client(), f"{ITEM}taxi-check/look-ups", {"params": {"plate": "湘AT0001"}}).json()
    assert record["enquiry_id"] is None
    assert record["records"][0]["company"] == TAXI["company"]


def test_takes_numbers_and_texts_as_parameters(publish, source, api):
    publish("gaokao-score")
    source.records["gaokao-score"] = [SCORE]
    for year in (2024, "2024"):
        assert post(api, f"{ITEM}gaokao-score/look-ups", {"params": {"year": year}}).json()["params"] == {"year": 2024}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"view": "wings"}, 404, "not_found"),
        ({"params": {"id_number": "430104199005179006"}}, 422, "wrong_param"),
        ({"params": "all"}, 422, "invalid_input"),
        ({"params": {"x": [1]}}, 422, "invalid_input"),
        ({"params": {str(number): "x" for number in range(21)}}, 422, "invalid_input"),
    ],
)
def test_a_wrong_question_is_a_problem(violations, api, body, status, code):
    response = post(api, VIOLATIONS, body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response["Content-Type"] == "application/problem+json"


def test_refusals_are_problems(violations):
    assert post(Client(), VIOLATIONS).json()["code"] == "sign_in_required"
    plain = Client(headers={"Authorization": f"Bearer {make_resident(level=1).token}"})
    assert post(plain, VIOLATIONS).json()["code"] == "level_required"


def test_missing_consent_is_a_problem(publish, source, api):
    publish("housing-fund")
    assert post(api, f"{ITEM}housing-fund/look-ups").json()["code"] == "consent_required"


def test_a_failing_source_is_a_problem_with_its_wait(violations, api):
    violations.failure = http_client.SourceThrottled("traffic-police", retry_after_seconds=7)
    response = post(api, VIOLATIONS)
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "source_busy", "7")


def test_a_page_of_another_site_cannot_look_up_with_the_cookie(violations, resident):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["shimin_session"] = resident.token
    assert post(browser, VIOLATIONS).json()["code"] == "csrf_failed"
    assert violations.asked == []


def test_reads_come_page_by_page(violations, api):
    ids = [post(api, VIOLATIONS).json()["enquiry_id"] for _ in range(21)]
    first = api.get("/api/v1/me/reads").json()
    second = api.get("/api/v1/me/reads", {"after": first["next"]}).json()
    assert [read["enquiry_id"] for read in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    assert first["items"][0]["outcome_words"] == "部门提供了列出的内容。"
    item_id = first["items"][0]["item_id"]
    assert len(api.get("/api/v1/me/reads", {"item_id": item_id}).json()["items"]) == 20
    assert api.get("/api/v1/me/reads", {"item_id": "1"}).json()["items"] == []


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "é"}, {"item_id": "x"}, {"item_id": "9" * 30}])
def test_a_broken_position_is_a_problem(api, query):
    assert api.get("/api/v1/me/reads", query).status_code == 422


def test_a_number_beyond_the_ids_finds_nothing(api, db):
    assert api.get(f"/api/v1/me/reads/{'9' * 19}").status_code == 404


def test_a_dispute_is_filed_once(violations, api):
    line = post(api, VIOLATIONS).json()["enquiry_id"]
    first = post(api, f"/api/v1/me/reads/{line}/dispute", {"reason": "not_me"})
    again = post(api, f"/api/v1/me/reads/{line}/dispute", {"reason": "other", "words": "又来"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert api.get(f"/api/v1/me/reads/{line}").json()["dispute"]["state"] == "open"


def test_nobody_reads_or_disputes_anothers_line(violations, api):
    line = post(api, VIOLATIONS).json()["enquiry_id"]
    other = Client(headers={"Authorization": f"Bearer {make_resident().token}"})
    assert other.get(f"/api/v1/me/reads/{line}").status_code == 404
    assert post(other, f"/api/v1/me/reads/{line}/dispute", {"reason": "not_me"}).status_code == 404


def test_a_callback_can_be_asked_for(violations, api):
    assert post(api, f"{VIOLATIONS}/callback").status_code == 204
