from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import structlog
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client

from shimin.kernel.monitoring import metrics
from shimin.kernel.monitoring.logging import (
    _JsonFormatter,
    _Output,
    configure,
    log_request,
    mask_numbers,
    remove_personal,
)
from shimin.kernel.web import health


@dataclass
class Process:
    process: str
    debug: bool = False


@pytest.fixture
def lines():
    """Log as a serving process does, into memory.

    It asks for no monkeypatch: a test's own must be undone before this one ends, or the output stays set for all after.
    """
    buffer = io.BytesIO()
    configure(Process("web"))
    structlog.configure(logger_factory=structlog.BytesLoggerFactory(buffer), cache_logger_on_first_use=False)
    yield lambda: [json.loads(line) for line in buffer.getvalue().splitlines()]
    configure(django_settings.SHIMIN)


def test_writes_one_json_line_with_time_and_level(lines):
    structlog.get_logger().info("request", route="c/<code>/", status=200, ms=1.5)
    (line,) = lines()
    assert line["event"] == "request"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert line["status"] == 200


def test_a_requests_line_goes_straight_to_the_output(lines, monkeypatch):
    written: list[bytes] = []
    monkeypatch.setattr(_Output, "direct", SimpleNamespace(info=written.append))
    log_request(id="0123456789abcdef", method="GET", route="c/<code>/", status=200, ms=1.5)
    line = json.loads(written[0])
    assert line.pop("timestamp").startswith("20")
    assert line == {
        "event": "request", "level": "info", "id": "0123456789abcdef", "method": "GET", "route": "c/<code>/",
        "status": 200, "ms": 1.5,
    }  # fmt: skip


def test_takes_personal_values_away(lines):
    structlog.get_logger().info(
        "x",
        name="周晓敏",
        phone="13800000001",
        note="来电 13800000001",
        who={"id": "430104199005170021"},
        items=["13800000001"],
    )
    text = json.dumps(lines(), ensure_ascii=False)
    for personal in ("周晓敏", "13800000001", "430104199005170021"):
        assert personal not in text


def test_an_exception_leaves_its_place_and_not_its_words(lines):
    try:
        raise ValueError("Key (phone)=(周晓敏) already exists") from KeyError("周晓敏")
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
    (line,) = lines()
    assert line["exception"] == "ValueError"
    assert line["cause"] == "KeyError"
    assert line["trace"][-1].endswith("test_an_exception_leaves_its_place_and_not_its_words")
    assert "周晓敏" not in json.dumps(line, ensure_ascii=False)


def test_libraries_lines_have_the_same_form():
    record = logging.LogRecord("lib", logging.ERROR, "f.py", 1, "call from %s", ("13800000001",), None)
    line = json.loads(_JsonFormatter([structlog.stdlib.add_log_level, remove_personal]).format(record))
    assert line == {"event": "call from [phone]", "logger": "lib", "level": "error"}


def test_a_librarys_exception_leaves_its_place_too():
    try:
        raise ValueError("周晓敏")
    except ValueError as error:
        record = logging.LogRecord("lib", logging.ERROR, "f.py", 1, "failed", (), (type(error), error, None))
        trace = error.__traceback__
    line = json.loads(_JsonFormatter([remove_personal]).format(record))
    assert trace is not None
    assert line["exception"] == "ValueError"
    assert line["trace"][-1].endswith("test_a_librarys_exception_leaves_its_place_too")
    assert "周晓敏" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("430104199005170021", "[id number]"),
        ("身份证43010419900517002X。", "身份证[id number]。"),
        ("13800000001", "[phone]"),
        ("226673591177742336", "226673591177742336"),
        ("short", "short"),
        ("2026-11-22T04:00:00", "2026-11-22T04:00:00"),
    ],
)
def test_masks_numbers_of_people_and_not_ids(text, masked):
    assert mask_numbers(text) == masked


def test_commands_are_quiet_about_what_goes_well(capsys):
    configure(Process("owner"))
    structlog.get_logger().info("request")
    structlog.get_logger().warning("source.failed")
    shown = capsys.readouterr().out
    assert "source.failed" in shown
    assert "request" not in shown
    configure(django_settings.SHIMIN)


@pytest.fixture
def client(settings) -> Client:
    settings.ROOT_URLCONF = "shimin.kernel.web.health"
    settings.MIDDLEWARE = ["shimin.kernel.web.middleware.RequestLog", "shimin.kernel.web.middleware.Errors"]
    return Client()


def test_is_alive_without_a_database(client):
    assert client.get("/healthz").content == b"ok\n"


def test_is_ready_with_every_migration(client, db):
    assert client.get("/readyz").status_code == 200


def test_is_not_ready_without_the_database_or_a_migration(client, db, monkeypatch):
    monkeypatch.setattr(health, "_readiness", health._Readiness())
    monkeypatch.setattr(health, "_missing_migration", lambda: "kernel.0009_later")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert b"kernel.0009_later" in response.content

    def away() -> str:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_missing_migration", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content == b"database: OperationalError\n"


def test_the_real_schema_is_complete(db):
    assert health._missing_migration() == ""


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "10.0.0.9", 404),
        ({}, "", 404),
        ({"X-Forwarded-For": "8.8.8.8"}, "127.0.0.1", 404),
        ({"Authorization": "Bearer figures"}, "10.0.0.9", 200),
        ({"Authorization": "Bearer wrong"}, "10.0.0.9", 404),
    ],
)
def test_shows_figures_to_this_machine_and_to_the_token(client, settings, headers, address, status):
    import dataclasses

    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, metrics_token="figures")
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_no_token_lets_nobody_in(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="10.0.0.9").status_code == 404


def test_counts_requests_by_route_and_status(client):
    client.get("/healthz")
    text = metrics.exposition().decode()
    assert 'shimin_request_seconds_count{route="healthz",status="200"}' in text


def test_counts_calls_and_events():
    metrics.observe_source("traffic-police", "source_down", 0.1)
    metrics.count_events("delivered", 3)
    text = metrics.exposition().decode()
    assert 'shimin_source_seconds_count{outcome="source_down",system="traffic-police"}' in text
    assert 'shimin_events_total{outcome="delivered"}' in text
