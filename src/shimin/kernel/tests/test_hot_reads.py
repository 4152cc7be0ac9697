"""Hot reads take what is plain and leave everything else to Django."""

from __future__ import annotations

import re
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import OperationalError

from shimin.kernel.errors import NotFound
from shimin.kernel.web import hot_reads
from shimin.kernel.web.hot_reads import HotAnswer, HotRead, HotReads
from shimin.kernel.web.middleware import SAFETY_HEADERS


def django(environ, start_response):
    start_response("418 Django", [])
    return [b"django"]


def answer(environ, name):
    if name == "absent":
        raise NotFound
    if name == "broken":
        raise OperationalError("the database restarts")
    return None if name == "later" else HotAnswer(200, [("Content-Type", "text/plain")], name.encode())


READ = HotRead("things/<name>", re.compile(r"/things/([a-z]+)"), answer)


def ask(path, **environ):
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", **environ}
    setup_testing_defaults(environ)
    told: dict[str, Any] = {}
    application = HotReads(django, [READ], may_be_signed_in=lambda header: "session" in header)
    body = b"".join(application(environ, lambda status, headers: told.update(status=status, headers=dict(headers))))
    return told["status"], told["headers"], body


def test_answers_a_plain_request():
    status, headers, body = ask("/things/one", HTTP_COOKIE="city=430100")
    assert (status, body) == ("200 OK", b"one")
    assert headers["Content-Length"] == "3"
    assert headers["Content-Type"] == "text/plain"


def test_answer_carries_the_safety_headers_and_an_id():
    _, headers, _ = ask("/things/one", HTTP_X_REQUEST_ID="abcd-1234")
    assert dict(SAFETY_HEADERS).items() <= headers.items()
    assert headers["X-Request-Id"] == "abcd-1234"
    assert re.fullmatch(r"[0-9a-f]{16}", ask("/things/one")[1]["X-Request-Id"])


def test_an_id_that_would_forge_a_header_is_replaced():
    assert "\n" not in ask("/things/one", HTTP_X_REQUEST_ID="abcdefgh\r\nSet-Cookie: x")[1]["X-Request-Id"]


@pytest.mark.parametrize(
    "environ",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "HEAD"},
        {"QUERY_STRING": "tab=driver"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_COOKIE": "session=x"},
    ],
)
def test_leaves_what_is_not_plain_to_django(environ):
    assert ask("/things/one", **environ)[2] == b"django"


@pytest.mark.parametrize("path", ["/other", "/things/", "/things/one/", "/things/one\n", "//things/one", "/things/ONE"])
def test_leaves_other_addresses_to_django(path):
    assert ask(path)[2] == b"django"


@pytest.mark.parametrize("name", ["absent", "broken", "later"])
def test_leaves_errors_and_what_is_not_at_hand_to_django(name):
    assert ask(f"/things/{name}")[2] == b"django"


def test_logs_and_counts_by_route(monkeypatch):
    logged, counted = [], []
    monkeypatch.setattr(hot_reads, "log_request", lambda **line: logged.append(line))
    monkeypatch.setattr("shimin.kernel.monitoring.metrics.observe_request", lambda *figure: counted.append(figure))
    ask("/things/one")
    assert [(line["route"], line["method"], line["status"]) for line in logged] == [("things/<name>", "GET", 200)]
    assert [figure[:2] for figure in counted] == [("things/<name>", 200)]
