from __future__ import annotations

import json

import pytest
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import NotSupportedError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.http import require_GET

from shimin.kernel.errors import DomainError, InvalidInput, LevelRequired, NotFound, SignInRequired, TooManyRequests
from shimin.kernel.web import middleware as web

ERRORS: dict[str, Exception] = {
    "not-found": NotFound(),
    "sign-in": SignInRequired(),
    "level": LevelRequired(2),
    "invalid": InvalidInput(fields={"name": "请填写姓名"}),
    "limit": TooManyRequests(retry_after_seconds=30),
    "database": OperationalError("server closed the connection"),
    "migrated": NotSupportedError("cached plan must not change result type"),
    "denied": PermissionDenied(),
    "bug": RuntimeError("430104199005170021"),
}


def fail(request, kind):
    raise ERRORS[kind]


urlpatterns = [
    path("fail/<kind>", fail),
    path("api/v1/fail/<kind>", fail),
    path("plain/<value>", lambda request, value: HttpResponse("ok")),
    path("get-only", require_GET(lambda request: HttpResponse("ok"))),
    path("form", lambda request: HttpResponse("saved")),
]
handler400, handler403, handler404, handler500 = web.bad_request, web.forbidden, web.not_found, web.server_error

MIDDLEWARE = [
    "shimin.kernel.web.middleware.SafetyHeaders",
    "shimin.kernel.web.middleware.RequestLog",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shimin.kernel.web.middleware.Errors",
]


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = MIDDLEWARE


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("not-found", 404, NotFound.message),
        ("invalid", 422, InvalidInput.message),
        ("limit", 429, TooManyRequests.message),
        ("database", 503, "系统正在恢复，请稍等片刻。"),
        ("migrated", 503, "系统正在恢复，请稍等片刻。"),
        ("denied", 403, "您没有权限做这一步。"),
        ("bug", 500, "系统出了点问题，我们已经记录下来。"),
    ],
)
def test_shows_an_error_as_a_page(client, kind, status, words):
    response = client.get(f"/fail/{kind}")
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "430104199005170021" not in page
    assert response["Cache-Control"] == "no-store"


def test_drops_the_connection_that_failed(client, committed_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    client.get("/fail/migrated")
    assert connection.connection is None


def test_shows_an_unknown_address_as_a_page(client):
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert NotFound.message in response.content.decode()


def test_answers_a_program_with_a_problem(client):
    response = client.get("/api/v1/fail/invalid")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["code"] == "invalid_input"
    assert body["fields"] == {"name": "请填写姓名"}
    assert body["request_id"] == response["X-Request-Id"]


def test_tells_a_program_when_to_come_back(client):
    assert client.get("/api/v1/fail/limit")["Retry-After"] == "30"


@pytest.mark.parametrize("kind", ["not-found", "sign-in", "level", "limit", "database", "bug"])
def test_every_problem_of_a_json_client_has_a_code(client, kind):
    body = json.loads(client.get(f"/fail/{kind}", headers={"Accept": "application/json"}).content)
    assert body["code"]
    assert body["status"] >= 400


def test_sends_to_sign_in_and_back(client):
    response = client.get("/fail/sign-in?tab=1&q=%E7%BD%9A")
    assert response.status_code == 302
    assert response["Location"] == "/account/sign-in?next=/fail/sign-in%3Ftab%3D1%26q%3D%25E7%25BD%259A"


def test_sends_to_step_up(client):
    assert client.get("/fail/level")["Location"] == "/account/real-name?next=/fail/level"


def test_comes_back_to_the_page_of_a_form_never_to_another_site(client):
    same = client.post("/fail/sign-in", headers={"Referer": "http://testserver/c/430100/?tab=car"})
    assert same["Location"] == "/account/sign-in?next=/c/430100/%3Ftab%3Dcar"
    other = client.post("/fail/sign-in", headers={"Referer": "https://evil.example/x"})
    assert other["Location"] == "/account/sign-in?next=/"


def test_asks_the_whole_page_to_go_when_a_fragment_needs_sign_in(client):
    response = client.get("/fail/sign-in", headers={"HX-Request": "true", "Referer": "http://testserver/me/"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/account/sign-in?next=/me/"


def test_shows_a_wrong_method_as_a_page(client):
    response = client.post("/get-only")
    assert response.status_code == 405
    assert response["Allow"] == "GET"
    assert web.MethodNotAllowed.message in response.content.decode()


def test_shows_a_form_without_its_token_as_a_page():
    response = Client(enforce_csrf_checks=True).post("/form")
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_says_when_too_much_was_sent():
    request = RequestFactory().post("/form")
    assert web.bad_request(request, RequestDataTooBig()).status_code == 413
    assert web.bad_request(request, ValueError()).status_code == 400


def test_a_middleware_may_refuse(client, settings):
    settings.MIDDLEWARE = [*MIDDLEWARE, f"{__name__}.refuse_all"]
    assert client.get("/plain/x").status_code == 404


def refuse_all(get_response):
    def refuse(request):
        raise NotFound

    return refuse


def test_adds_the_safety_headers_to_pages_and_errors(client):
    for address in ("/plain/x", "/fail/bug", "/no/such/page", "/api/v1/fail/invalid"):
        response = client.get(address)
        for name, value in web.SAFETY_HEADERS:
            assert response[name] == value
    assert "unsafe-inline" not in web.CONTENT_SECURITY_POLICY
    assert "Strict-Transport-Security" not in response


def test_a_view_may_set_its_own_policy(client, settings):
    settings.MIDDLEWARE = [*MIDDLEWARE, f"{__name__}.own_policy"]
    assert client.get("/plain/x")["Content-Security-Policy"] == "default-src 'none'"


def own_policy(get_response):
    def answer(request):
        response = get_response(request)
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response

    return answer


def test_logs_the_route_and_never_its_values(client):
    with structlog.testing.capture_logs() as lines:
        response = client.get("/plain/430104199005170021?id=13800000001")
    assert response.status_code == 200
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["route"] == "plain/<value>"
    assert line["status"] == 200
    assert line["ms"] >= 0
    assert "430104199005170021" not in str(lines)
    assert "13800000001" not in str(lines)


def test_keeps_a_well_formed_request_id_and_replaces_others(client):
    assert client.get("/plain/x", headers={"X-Request-Id": "gateway-0001"})["X-Request-Id"] == "gateway-0001"
    for hostile in ("short", "x" * 65, "a\"b'c d e f g", "日志注入日志注入"):
        assert client.get("/plain/x", headers={"X-Request-Id": hostile})["X-Request-Id"] != hostile


def test_shows_the_bare_page_when_the_error_page_itself_fails(client, settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": [f"{__name__}.broken_context"]},
        }
    ]
    response = client.get("/fail/not-found")
    assert response.status_code == 404
    assert NotFound.message in response.content.decode()


def broken_context(request):
    raise RuntimeError("the database is away")


def test_every_refusal_has_words_and_a_mend():
    kinds = [DomainError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        assert kind.message.endswith("。")
        assert kind.mend
        assert 400 <= kind.status < 600


@override_settings(DEBUG=False)
def test_does_not_hide_the_code_from_clients(client):
    assert json.loads(client.get("/api/v1/fail/bug").content)["code"] == "internal_error"


def test_a_browser_keeps_json_as_a_file(client):
    assert client.get("/api/v1/fail/not-found")["Content-Disposition"] == 'attachment; filename="api.json"'
    assert "Content-Disposition" not in client.get("/plain/1")
