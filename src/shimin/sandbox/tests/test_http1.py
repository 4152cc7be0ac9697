"""The HTTP server on the wire."""

import json
import socket

import pytest

from shimin.sandbox.http1 import MAX_BODY, MAX_HEAD, read_request
from shimin.sandbox.problems import Problem
from shimin.sandbox.tests.caller import enquiry, sign

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def _read_reply(file):
    status = int(file.readline().split()[1])
    headers = {}
    while (line := file.readline().decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, file.read(int(headers["content-length"]))


@pytest.fixture
def wire(town):
    with (
        socket.create_connection(("127.0.0.1", town.ports["population"]), timeout=5) as sock,
        sock.makefile("rb") as file,
    ):
        yield sock, file


def test_keeps_the_connection_open_for_many_requests(wire):
    sock, file = wire
    for _ in range(3):
        sock.sendall(HEALTH)
        assert _read_reply(file)[0] == 200


def test_answers_pipelined_requests_in_order(wire, town):
    sock, file = wire
    request = sign(town.platform_key, town.ports["population"], "identity-check", enquiry(fields=["matches"]))
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    signed = (
        f"POST {request.path} HTTP/1.1\r\n{head}Content-Length: {len(request.body)}\r\n\r\n".encode() + request.body
    )
    sock.sendall(signed + HEALTH)
    assert json.loads(_read_reply(file)[2])["request_id"] == "r-1"
    assert json.loads(_read_reply(file)[2])["status"] == "ok"


def test_takes_a_request_that_arrives_in_pieces(wire):
    sock, file = wire
    for byte in HEALTH:
        sock.sendall(bytes([byte]))
    assert _read_reply(file)[0] == 200


def test_closes_when_asked_to(wire):
    sock, file = wire
    sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert _read_reply(file)[1]["connection"] == "close"
    assert file.read() == b""


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/2.0\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nbad name: x\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nA: x\r\n folded\r\n\r\n", 400),
        (b"POST /records/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /records/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /records/x HTTP/1.1\r\n\r\n", 411),
        (b"POST /records/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /records/x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), 413),
        (b"GET /" + b"a" * (MAX_HEAD + 1), 431),
    ],
)
def test_refuses_what_is_not_a_request_it_takes(raw, status):
    with pytest.raises(Problem) as caught:
        read_request(bytearray(raw), "127.0.0.1")
    assert caught.value.status == status


def test_answers_a_broken_request_and_closes(wire):
    sock, file = wire
    sock.sendall(b"NONSENSE\r\n\r\n")
    assert _read_reply(file)[0] == 400
    assert file.read() == b""


def test_waits_for_the_rest_of_a_body():
    buffer = bytearray(b"POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")
    assert read_request(buffer, "127.0.0.1") is None
    buffer += b"cdGET"
    request = read_request(buffer, "127.0.0.1")
    assert request is not None
    assert (request.body, bytes(buffer)) == (b"abcd", b"GET")
