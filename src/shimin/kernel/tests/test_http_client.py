from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.calls import client as http_client
from shimin.kernel.calls.client import SignedClient
from shimin.kernel.calls.connection import Endpoint
from shimin.kernel.crypto.keys import KeyFile, public_pem
from shimin.kernel.db import ScopeError, scope
from shimin.kernel.tests.department import Department, Reply

PLATFORM_KEY = Ed25519PrivateKey.generate()
QUESTION = {"request_id": "226673591177742336", "purpose": "查询本人车辆违法", "params": {}}


@pytest.fixture
def department():
    department = Department(PLATFORM_KEY)
    yield department
    department.close()


@pytest.fixture
def make_client(department):
    made: list[SignedClient] = []

    def make(**options) -> SignedClient:
        options.setdefault("source_key", department.key.public_key)
        made.append(SignedClient(system="traffic-police", base_url=department.url, key=PLATFORM_KEY, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()


def ask(client: SignedClient, **options):
    return client.post("/records/violations", QUESTION, **options)


def test_asks_and_proves_the_answer(client, department):
    before = clock.now()
    answer = ask(client)
    assert answer.body == {"request_id": QUESTION["request_id"], "found": True}
    assert abs(answer.signed_at - before) < timedelta(seconds=2)
    assert answer.system == "traffic-police"


def test_a_department_can_verify_the_request_with_another_implementation(client, department):
    ask(client)
    (result,) = department.check(department.requests[0])
    assert result.label == "sig1"
    covered = result.covered_components
    assert [name.strip('"') for name in covered if "params" not in name] == [
        "@method",
        "@authority",
        "@path",
        "content-digest",
        "content-type",
    ]
    assert result.parameters["keyid"] == "platform"
    assert result.parameters["expires"] - result.parameters["created"] <= 60


def test_each_request_has_its_own_nonce(client, department):
    ask(client)
    ask(client)
    inputs = [request.headers["Signature-Input"].split("nonce=")[1] for request in department.requests]
    assert len(set(inputs)) == 2


def test_keeps_the_connection(client, department):
    for _ in range(3):
        ask(client)
    assert department.connections == 1


def test_notices_that_a_kept_connection_was_closed(client, department):
    department.reply = Reply(headers={"Connection": "close"})
    ask(client)
    ask(client)
    assert department.connections == 2


def without(name: str):
    def drop(headers: dict[str, str], body: bytes) -> bytes:
        del headers[name]
        return body

    return drop


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(signed=False), http_client.AnswerForged),
        (Reply(keyid="somebody-else"), http_client.AnswerForged),
        (Reply(parts=("@status", "content-digest", "content-type")), http_client.AnswerForged),
        (Reply(parts=("@status", "content-type", '"signature";req;key="sig1"')), http_client.AnswerForged),
        (Reply(after_signing=lambda headers, body: body + b" "), http_client.AnswerForged),
        (Reply(after_signing=without("Content-Digest")), http_client.AnswerForged),
        (Reply(after_signing=without("Signature")), http_client.AnswerForged),
        (Reply(body=b'{"request_id": "1"}'), http_client.AnswerReplayed),
        (Reply(signed_ago=timedelta(seconds=40)), http_client.AnswerReplayed),
        (Reply(signed_ago=timedelta(seconds=-60)), http_client.AnswerReplayed),
        (Reply(body=b"[]"), http_client.AnswerUnreadable),
        (Reply(body=b"\xff\xfe garbage"), http_client.AnswerUnreadable),
        (Reply(body=b"x" * (1024 * 1024 + 1)), http_client.AnswerUnreadable),
        (Reply(status=302, headers={"Location": "http://example.com/"}), http_client.AnswerUnreadable),
        (Reply(status=204, body=b""), http_client.AnswerUnreadable),
        (Reply(status=500), http_client.SourceDown),
        (Reply(status=503), http_client.SourceDown),
        (Reply(raw=b""), http_client.SourceDown),
        (Reply(raw=b"<html>garbage</html>\r\n\r\n"), http_client.SourceDown),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"), http_client.AnswerUnreadable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9000 + b"\r\n"), http_client.SourceDown),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000), http_client.SourceDown),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" * 2), http_client.SourceDown),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), http_client.AnswerUnreadable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n{}"), http_client.AnswerForged),  # read to the end, and not signed
        (Reply(raw=b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 No\r\n\r\n"), http_client.SourceDown),
    ],
)
def test_throws_away_what_is_not_proved(client, department, reply, error):
    department.reply = reply
    with pytest.raises(error) as caught:
        ask(client)
    assert caught.value.system == "traffic-police"
    assert type(caught.value) is error


def test_refuses_a_recorded_answer_of_the_same_second(client, department):
    recorded: list[tuple[dict[str, str], bytes]] = []

    def record(headers: dict[str, str], body: bytes) -> bytes:
        recorded.append((dict(headers), body))
        return body

    department.reply = Reply(after_signing=record)
    client.post("/records/violations", {**QUESTION, "request_id": "1"})

    def play_back(headers: dict[str, str], body: bytes) -> bytes:
        headers.clear()
        headers.update(recorded[0][0])
        return recorded[0][1]

    department.reply = Reply(after_signing=play_back)
    with pytest.raises(http_client.AnswerReplayed):
        client.post("/records/violations", {**QUESTION, "request_id": "2"})
    with pytest.raises(http_client.AnswerForged):  # even for a request of the same number
        client.post("/records/violations", {**QUESTION, "request_id": "1"})


def test_refuses_an_answer_bound_to_another_request(client, department):
    def sign_for_another(headers: dict[str, str], body: bytes) -> bytes:
        other = SimpleNamespace(**vars(department.requests[0]))
        other.headers = {**other.headers, "Signature": f"sig1=:{'A' * 86}==:"}
        headers.update(department.sign(other, Reply())[0])
        return body

    department.reply = Reply(after_signing=sign_for_another)
    with pytest.raises(http_client.AnswerForged):
        ask(client)


def test_accepts_small_clock_differences(client, department):
    department.reply = Reply(signed_ago=timedelta(seconds=20))
    assert ask(client).body["found"] is True


def test_hands_on_a_refusal_with_its_problem(client, department):
    department.reply = Reply(status=403, body=b'{"code": "unknown_field", "detail": "colour"}', signed=False)
    with pytest.raises(http_client.SourceRefused) as caught:
        ask(client)
    assert caught.value.answered_status == 403
    assert caught.value.problem["code"] == "unknown_field"


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", 5), ("999999", 3600)])
def test_says_when_a_throttling_system_wants_us_back(client, department, header, seconds):
    department.reply = Reply(status=429, headers={"Retry-After": header})
    with pytest.raises(http_client.SourceThrottled) as caught:
        ask(client)
    assert caught.value.retry_after_seconds == seconds


def test_gives_up_at_the_deadline_when_nothing_comes(client, department):
    department.reply = Reply(before=lambda: time.sleep(1.0))
    started = time.monotonic()
    with pytest.raises(http_client.SourceSlow):
        ask(client, timeout_seconds=0.2)
    assert time.monotonic() - started < 0.4


def test_gives_up_at_the_deadline_when_bytes_drip(client, department):
    department.reply = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    stop = threading.Event()

    def drip(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.wfile.write(department.reply.raw)
        while not stop.wait(0.05):
            handler.wfile.write(b" ")

    department.answer = drip
    started = time.monotonic()
    with pytest.raises(http_client.SourceSlow):
        ask(client, timeout_seconds=0.3)
    stop.set()
    assert time.monotonic() - started < 0.6


def test_says_down_when_nobody_listens(client, department):
    department.close()
    started = time.monotonic()
    with pytest.raises(http_client.SourceDown):
        ask(client)
    assert time.monotonic() - started < 1


def test_stops_asking_a_failing_system_and_tries_again(client, department):
    moment = [0.0]
    client._breaker._clock = lambda: moment[0]
    department.reply = Reply(status=500)
    for _ in range(5):
        with pytest.raises(http_client.SourceDown):
            ask(client)
    asked = len(department.requests)
    with pytest.raises(http_client.SourceDown) as caught:
        ask(client)
    assert len(department.requests) == asked
    assert caught.value.retry_after_seconds == 6
    assert str(client.circuit) == "open"
    department.reply = Reply()
    moment[0] = 5.0
    assert str(client.circuit) == "half_open"
    assert ask(client).body["found"] is True
    assert str(client.circuit) == "closed"


def test_a_refusing_system_is_not_a_failing_one(client, department):
    department.reply = Reply(status=403)
    for _ in range(10):
        with pytest.raises(http_client.SourceRefused):
            ask(client)


def test_a_hanging_system_takes_no_more_places_than_its_own(make_client, department):
    client = make_client(concurrency=2)
    department.reply = Reply(before=lambda: time.sleep(0.6))
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(ask, client, timeout_seconds=1.5) for _ in range(4)]
        errors = [call.exception() for call in calls]
    assert sum(isinstance(error, http_client.SourceBusy) for error in errors) == 2
    assert sum(error is None for error in errors) == 2
    department.reply = Reply()
    assert ask(client).body["found"] is True


def test_parallel_calls_get_their_own_answers(client, department):
    def call(number: int) -> bool:
        question = {**QUESTION, "request_id": str(number)}
        return bool(client.post("/records/violations", question).body["request_id"] == str(number))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(call, range(40)))
    assert department.connections <= 6


def test_never_asks_inside_a_transaction(client, department, db):
    with scope(ANONYMOUS), pytest.raises(ScopeError):
        ask(client)
    assert department.requests == []


def test_logs_the_failure_without_what_was_asked(client, department):
    department.reply = Reply(status=403, body=b'{"detail": "430104199005170021"}')
    with structlog.testing.capture_logs() as lines, pytest.raises(http_client.SourceRefused):
        client.post("/records/violations", {**QUESTION, "subject": {"id_number": "430104199005170021"}})
    assert [line["code"] for line in lines] == ["source_refused"]
    assert "430104199005170021" not in str(lines)


def test_follows_a_changed_key_file_and_fails_closed_without_one(make_client, department, tmp_path):
    path = tmp_path / "traffic-police.pub.pem"
    path.write_bytes(public_pem(Ed25519PrivateKey.generate().public_key()))
    client = make_client(source_key=KeyFile(path).public_key)
    with pytest.raises(http_client.AnswerForged):
        ask(client)
    path.write_bytes(public_pem(department.key.public_key()) + b"\n")
    assert ask(client).body["found"] is True
    path.unlink()
    with pytest.raises(http_client.AnswerForged):
        ask(client)


@pytest.mark.parametrize("path", ["", "records", "/records/", "/a b", "/a\r\nX: y", "/a?b=c", "/记录"])
def test_refuses_a_path_that_is_no_record(client, path):
    with pytest.raises(ValueError, match="no path"):
        client.post(path, QUESTION)


@pytest.mark.parametrize("url", ["", "ftp://host", "http://", "http://host?x=1", "host:80"])
def test_refuses_a_base_address_that_is_none(url):
    with pytest.raises(ValueError, match="base address"):
        Endpoint.of(url)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://Example.GOV.cn:80/base/", "example.gov.cn"),
        ("https://example.gov.cn:443", "example.gov.cn"),
        ("https://example.gov.cn:8443", "example.gov.cn:8443"),
        ("http://[::1]:8101", "[::1]:8101"),
    ],
)
def test_writes_the_authority_as_it_is_signed(url, authority):
    assert Endpoint.of(url).authority == authority
