"""The whole way by JSON: register, prove the name, see oneself, leave."""

import pytest

from shimin.capabilities.identity.tests.apps import App, give_app
from shimin.capabilities.identity.tests.factories import (
    PASSWORD,
    make_id_number,
    make_officer,
    make_phone,
    make_resident,
)
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
    entry = {"phone": phone, "password": PASSWORD, "device_token": opened.json()["device_token"]}
    again = post(browser, "/account/sessions", entry).json()["token"]
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


def test_the_second_factor_by_json(browser):
    resident = make_resident()
    offer = post(browser, "/me/code-app/offers", {}, resident.token).json()
    app = App(offer["secret"])
    body = {"sealed": offer["sealed"], "code": app.code(), "password": PASSWORD}
    enrolled = post(browser, "/me/code-app", body, resident.token)
    assert (enrolled.status_code, len(enrolled.json()["codes"])) == (201, 10)
    door = {"phone": resident.phone, "password": PASSWORD}
    asked = post(browser, "/account/sessions", door)
    assert (asked.status_code, asked.json()["code"]) == (401, "identity.second_factor_required")
    wrong = post(browser, "/account/sessions", {**door, "second_factor": "123456"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "identity.second_factor_rejected")
    opened = post(browser, "/account/sessions", {**door, "second_factor": app.code(later=1)})
    assert opened.status_code == 201
    ways = get(browser, "/me/sign-in-ways", opened.json()["token"]).json()
    assert (ways["has_code_app"], ways["recovery_codes_left"]) == (True, 10)
    renewed = post(browser, "/me/recovery-codes", {"password": PASSWORD}, resident.token).json()["codes"]
    removal = {"password": PASSWORD, "code": renewed[1]}
    assert post(browser, "/me/code-app/removal", removal, resident.token).status_code == 204
    assert post(browser, "/account/sessions", door).status_code == 201


def test_staff_sign_in_by_json_with_both_factors(browser):
    officer = make_officer(login="wang.min")
    door = {"login": "wang.min", "password": PASSWORD, "second_factor": "123456"}
    assert post(browser, "/account/staff-sessions", door).json()["code"] == "identity.second_factor_required"
    app, _ = give_app(officer.actor.account_id)
    opened = post(browser, "/account/staff-sessions", {**door, "second_factor": app.code()})
    assert opened.status_code == 201
