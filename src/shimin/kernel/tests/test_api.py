from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import path
from ninja import NinjaAPI, Schema

from shimin.kernel.actor import ANONYMOUS, Actor, ActorKind
from shimin.kernel.errors import Conflict, InvalidInput
from shimin.kernel.testing import citizen, officer
from shimin.kernel.web.api import (
    IdText,
    JsonParser,
    OrjsonRenderer,
    Page,
    Public,
    SignedIn,
    Staff,
    decode_cursor,
    encode_cursor,
    install_problem_handlers,
)

ACTORS = {
    "resident": citizen(level=2),
    "newcomer": citizen(account_id=3, person_id=None, level=1),
    "officer": officer("enquiries.officer", region_code="430100"),
}


class Item(Schema):
    id: IdText
    name: str
    at: datetime


class Wish(Schema):
    amount: int


def make_api() -> NinjaAPI:
    api = NinjaAPI(renderer=OrjsonRenderer(), parser=JsonParser(), urls_namespace="kernel-test", docs_url=None)
    install_problem_handlers(api)

    @api.get("/items", auth=Public(), response=Page[Item], operation_id="list_items")
    def list_items(request: Any) -> dict[str, Any]:
        at = datetime(2026, 11, 22, tzinfo=UTC)
        return {"items": [{"id": 2**62, "name": "车辆违法查询", "at": at}], "next": None}

    @api.post("/wishes", auth=SignedIn(level=2), operation_id="make_wish")
    def make_wish(request: Any, wish: Wish) -> dict[str, int]:
        return {"amount": wish.amount}

    @api.get("/desk", auth=Staff("enquiries.officer"), operation_id="desk")
    def desk(request: Any) -> dict[str, str]:
        return {"kind": request.auth.kind}

    @api.get("/conflict", auth=Public(), operation_id="conflict")
    def conflict(request: Any) -> None:
        raise Conflict

    @api.get("/outage", auth=Public(), operation_id="outage")
    def outage(request: Any) -> None:
        raise OperationalError("the database restarts")

    @api.get("/bug", auth=Public(), operation_id="bug")
    def bug(request: Any) -> None:
        raise RuntimeError("430104199005170021")

    return api


api = make_api()
urlpatterns = [path("api/v1/", api.urls)]


def set_actor(get_response):
    def answer(request):
        request.actor = ACTORS.get(request.headers.get("X-Actor", ""), ANONYMOUS)
        return get_response(request)

    return answer


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["shimin.kernel.web.middleware.RequestLog", f"{__name__}.set_actor"]


def call(
    method: str, address: str, actor: str = "", body: Any = None, *, csrf: bool = False, **headers: str
) -> tuple[int, Any]:
    client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
    response = client.generic(
        method,
        f"/api/v1{address}",
        b"" if body is None else json.dumps(body).encode(),
        "application/json",
        headers={"X-Actor": actor, **headers},
    )
    return response.status_code, json.loads(response.content)


def test_writes_ids_as_text_and_chinese_as_it_is():
    response = Client().get("/api/v1/items")
    assert "车辆违法查询".encode() in response.content
    assert json.loads(response.content)["items"][0] == {
        "id": "4611686018427387904",
        "name": "车辆违法查询",
        "at": "2026-11-22T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("actor", "status", "code"),
    [("", 401, "sign_in_required"), ("newcomer", 403, "level_required"), ("resident", 200, None)],
)
def test_asks_for_sign_in_and_level(actor, status, code):
    answered, body = call("POST", "/wishes", actor, {"amount": 3})
    assert answered == status
    assert body.get("code") == code


@pytest.mark.parametrize(
    ("actor", "status", "code"),
    [("", 401, "sign_in_required"), ("resident", 404, "not_found"), ("officer", 200, None)],
)
def test_shows_the_desk_to_staff_only(actor, status, code):
    answered, body = call("GET", "/desk", actor)
    assert answered == status
    assert body.get("code") == code


def test_refuses_staff_without_the_role(monkeypatch):
    monkeypatch.setitem(ACTORS, "clerk", officer("notices.officer"))
    assert call("GET", "/desk", "clerk")[1]["code"] == "forbidden"


def test_asks_cookie_callers_for_the_csrf_token_and_bearers_not():
    assert call("POST", "/wishes", "resident", {"amount": 3}, csrf=True)[1]["code"] == "csrf_failed"
    assert call("POST", "/wishes", "resident", {"amount": 3}, csrf=True, Authorization="Bearer t")[0] == 200


def test_accepts_a_cookie_caller_with_the_token(settings):
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.CSRF_COOKIE_NAME] = token = "a" * 32
    response = client.post(
        "/api/v1/wishes", {"amount": 1}, "application/json", headers={"X-Actor": "resident", "X-CSRFToken": token}
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"), [({}, "amount"), ({"amount": "many"}, "amount"), ([1], "amount"), (None, "body")]
)
def test_names_the_field_that_is_wrong(body, field):
    status, problem = call("POST", "/wishes", "resident", body)
    assert status in (400, 422)
    if status == 422:
        assert list(problem["fields"]) == [field]


def test_answers_broken_json_with_a_problem():
    client = Client()
    response = client.generic(
        "POST", "/api/v1/wishes", b'{"amount": ', "application/json", headers={"X-Actor": "resident"}
    )
    assert response.status_code == 400
    assert json.loads(response.content)["code"] == "malformed_request"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_reads_no_body_that_does_not_say_it_is_json(kind):
    response = Client().generic("POST", "/api/v1/wishes", b'{"amount": 1}', kind, headers={"X-Actor": "resident"})
    assert response.status_code == 415
    assert json.loads(response.content)["code"] == "media_type_wrong"


def test_not_a_number_is_no_json():
    response = Client().generic(
        "POST", "/api/v1/wishes", b'{"amount": NaN}', "application/json", headers={"X-Actor": "resident"}
    )
    assert response.status_code == 400


def test_answers_refusals_and_bugs_with_problems():
    assert call("GET", "/conflict")[1]["code"] == "conflict"
    status, problem = call("GET", "/bug")
    assert (status, problem["code"]) == (500, "internal_error")
    assert "430104199005170021" not in json.dumps(problem)
    assert problem["request_id"]


def test_answers_a_restarting_database_with_a_problem(db):
    status, problem = call("GET", "/outage")
    assert (status, problem["code"]) == (503, "unavailable")


def test_the_schema_says_which_calls_need_a_session():
    paths = api.get_openapi_schema()["paths"]
    assert "security" not in paths["/api/v1/items"]["get"]
    assert paths["/api/v1/wishes"]["post"]["security"] == [{"SignedIn": []}]


def test_cursors_round_trip():
    assert decode_cursor(encode_cursor("2026-11-22", 2**62), str, int) == ("2026-11-22", 2**62)


@pytest.mark.parametrize(
    "text", ["", "x", "%%%", "😀", encode_cursor("a"), encode_cursor(1, 2), encode_cursor("a", "b")]
)
def test_refuses_a_cursor_it_did_not_make(text):
    with pytest.raises(InvalidInput) as caught:
        decode_cursor(text, str, int)
    assert "after" in caught.value.fields


def test_an_actor_kind_is_checked_not_only_the_account():
    request = RequestFactory().get("/api/v1/desk")
    request.actor = Actor(ActorKind.CITIZEN, account_id=1)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="没有找到"):
        Staff()(request)
