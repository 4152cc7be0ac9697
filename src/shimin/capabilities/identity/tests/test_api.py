"""The whole way by JSON: register, prove the name, see oneself, leave."""

import pytest

from shimin.capabilities.identity.tests.factories import PASSWORD, make_id_number, make_phone, make_resident
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def post(browser, path, body, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return browser.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def get(browser, path, token):
    return browser.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def delete(browser, path, token):
    return browser.delete(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_the_whole_way(browser, registers):
    phone, number = make_phone(), make_id_number()
    registers.add("周晓敏", number)
    assert post(browser, "/account/codes", {"phone": phone, "purpose": "register"}).status_code == 202
    opened = post(browser, "/account/registrations", {"phone": phone, "code": latest_code(), "password": PASSWORD})
    assert opened.status_code == 201
    token = opened.json()["token"]
    terms = get(browser, "/me/real-name", token).json()
    assert "social_card" in terms["seconds"]
    claim = {
        "name": "周晓敏", "id_number": number, "second": "social_card", "second_value": "A12345678", "consents": True,
    }  # fmt: skip
    proved = post(browser, "/me/real-name", claim, token)
    assert proved.json()["level"] == 2
    assert get(browser, "/me", token).status_code == 401  # rotated
    token = proved.json()["token"]
    me = get(browser, "/me", token)
    assert me.json()["name"] == "周*敏"
    assert number not in me.content.decode()
    assert [each["purpose_code"] for each in get(browser, "/me/consents", token).json()] == ["identity.real_name"]
    assert delete(browser, "/me/consents/identity.real_name", token).status_code == 204
    assert delete(browser, "/me/consents/identity.real_name", token).status_code == 404
    again = post(browser, "/account/sessions", {"phone": phone, "password": PASSWORD}).json()["token"]
    lines = get(browser, "/me/sessions", again).json()
    assert len(lines) == 2
    assert post(browser, "/me/sessions/end-others", {}, again).json() == {"ended": 1}
    assert get(browser, "/me", token).status_code == 401
    assert delete(browser, "/me/sessions/current", again).status_code == 204
    assert get(browser, "/me", again).status_code == 401


def test_errors_are_problems_with_a_code_and_the_field(browser, registers):
    resident = make_resident(level=1)
    response = post(
        browser, "/me/real-name",
        {"name": "周晓敏", "id_number": "1", "second": "licence", "second_value": "x", "consents": True},
        resident.token,
    )  # fmt: skip
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "id_number_length"
    assert "id_number" in response.json()["fields"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", "/me/sessions/9999999999999999999"), ("delete", "/me/sessions/x"), ("delete", "/me/consents/%00")],
)
def test_odd_ids_are_no_server_error(browser, method, path):
    response = delete(browser, path, make_resident().token)
    assert response.status_code in (404, 422)


@pytest.mark.parametrize("body", [{}, {"phone": "\x00" * 11, "password": "\x00"}, {"phone": ["1"], "password": {}}])
def test_odd_bodies_are_no_server_error(browser, body):
    assert post(browser, "/account/sessions", body).status_code == 422


def test_nobody_is_sent_to_sign_in(browser):
    assert browser.get("/api/v1/me").json()["code"] == "sign_in_required"


def test_me_costs_three_statements(browser):
    resident = make_resident()
    with count_statements() as seen:
        get(browser, "/me", resident.token)
    assert seen.count == 3  # who asks, account with person, latest proof
