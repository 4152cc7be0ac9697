"""The home page that is answered before Django is the one that Django answers with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from shimin.project.wsgi import application, django
from shimin.ui.frame import LARGE, TYPE_COOKIE

HOME = "/c/430100/"
ITEM = "/api/v1/regions/430100/items/traffic-violations"


@pytest.fixture(autouse=True)
def connection_of_the_test() -> Iterator[None]:
    """Django's server drops a connection that is inside a transaction, as the test's is."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(wsgi, path, **environ):
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "HTTP_X_REQUEST_ID": "same-for-both", **environ}
    setup_testing_defaults(environ)
    told: dict[str, Any] = {}

    def start_response(status, headers, exc_info=None):
        told.update(status=status, headers={name.lower(): value.strip() for name, value in headers})

    answer = wsgi(environ, start_response)
    return told["status"], told["headers"], b"".join(answer)


@pytest.mark.parametrize("cookie", ["", "shimin_city=430100", "shimin_city=430200", f"{TYPE_COOKIE}={LARGE}"])
@pytest.mark.parametrize(
    ("path", "expected"), [(HOME, "200"), (ITEM, "200"), ("/c/999999/", "404"), (f"{ITEM}-absent", "404")]
)
def test_both_ways_answer_the_same(city, path, expected, cookie):
    ask(django, path, HTTP_COOKIE=cookie)  # now the process has it at hand
    status, headers, body = ask(application, path, HTTP_COOKIE=cookie)
    slow_status, slow_headers, slow_body = ask(django, path, HTTP_COOKIE=cookie)
    assert (status, body) == (slow_status, slow_body)
    assert status.startswith(expected)
    headers.pop("content-length", None)
    assert headers == slow_headers


def test_the_item_is_confirmed_unchanged_on_both_ways(city):
    etag = ask(application, ITEM)[1]["etag"]
    for wsgi in (application, django):
        status, headers, body = ask(wsgi, ITEM, HTTP_IF_NONE_MATCH=etag)
        assert (status, headers["etag"], body) == ("304 Not Modified", etag, b"")


def test_home_and_item_take_the_short_way(city):
    """Only it says how long the answer is; Django leaves that to the server."""
    for path in (HOME, ITEM):
        ask(django, path)
        assert "content-length" in ask(application, path)[1]


def test_somebody_who_is_signed_in_never_gets_a_visitors_page(city, signed_in):
    ask(django, HOME)
    browser = signed_in()
    cookies = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    _, headers, body = ask(application, HOME, HTTP_COOKIE=cookies)
    assert "content-length" not in headers
    assert body != ask(application, HOME)[2]
