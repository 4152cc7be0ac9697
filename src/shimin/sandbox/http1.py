"""A small HTTP/1.1 server on asyncio: keep-alive, one request at a time on a connection.

Written here because the faults need what frameworks hide: closing a connection without an answer, or never answering.
Bodies must have a Content-Length; chunked requests are refused.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import cast

from .problems import Problem

MAX_HEAD = 16_384
MAX_BODY = 65_536
TOKEN_CHARACTERS = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@dataclass(slots=True)
class Request:
    """A request as read from the wire; header names are lower case, repeated fields are joined by a comma."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    peer: str
    keep_alive: bool

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Manner(Enum):
    """What to do with a reply."""

    SEND = "send"
    DROP = "drop"
    HANG = "hang"


@dataclass(slots=True)
class Reply:
    """An answer, to be sent after a delay, or a way of not answering."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    delay_s: float = 0.0
    manner: Manner = Manner.SEND


def problem_reply(problem: Problem) -> Reply:
    """Write a refusal."""
    return Reply(problem.status, [("Content-Type", "application/problem+json"), *problem.headers], problem.body())


Handler = Callable[[Request], Reply]


class Connection(asyncio.Protocol):
    """One connection: read a request, hand it to the handler, write the reply, go on."""

    def __init__(self, handler: Handler, open_connections: set["Connection"]) -> None:
        self._handler = handler
        self._open_connections = open_connections
        self._buffer = bytearray()
        self._busy = False
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the new connection."""
        self._transport = cast(asyncio.Transport, transport)
        self._peer = transport.get_extra_info("peername")[0]
        self._open_connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._open_connections.discard(self)

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; a client that sends on and on without reading is cut off."""
        self._buffer += data
        if not self._busy:
            self._serve()
        elif len(self._buffer) > MAX_HEAD + MAX_BODY:
            self.abort()

    def _serve(self) -> None:
        """Answer the requests in the buffer, one after another, until one has to wait."""
        while not self._busy and not self._transport.is_closing():
            try:
                request = read_request(self._buffer, self._peer)
            except Problem as problem:
                self._write(problem_reply(problem), keep_alive=False)
                return
            if request is None:
                return
            reply = self._handler(request)
            match reply.manner:
                case Manner.DROP:
                    self.abort()
                case Manner.HANG:
                    self._busy = True
                case Manner.SEND if reply.delay_s > 0:
                    self._busy = True
                    asyncio.get_running_loop().call_later(reply.delay_s, self._resume, reply, request.keep_alive)
                case Manner.SEND:
                    self._write(reply, keep_alive=request.keep_alive)

    def _resume(self, reply: Reply, keep_alive: bool) -> None:
        self._busy = False
        if not self._transport.is_closing():
            self._write(reply, keep_alive=keep_alive)
            self._serve()

    def _write(self, reply: Reply, *, keep_alive: bool) -> None:
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines.append(f"Content-Length: {len(reply.body)}")
        lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
        self._transport.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body)
        if not keep_alive:
            self._transport.close()


def read_request(buffer: bytearray, peer: str) -> Request | None:
    """Take the first whole request out of the buffer; None while it is not all there.

    Raises:
        Problem: the bytes are not a request this server takes.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAX_HEAD:
            raise Problem(431, "header_too_long", f"The header is longer than {MAX_HEAD} bytes.")
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0") or not parts[1].startswith("/"):
        raise Problem(400, "malformed", "The request line cannot be read.", field="request line")
    headers = _read_headers(lines)
    length = _body_length(parts[0], headers)
    total = end + 4 + length
    if len(buffer) < total:
        return None
    body = bytes(buffer[end + 4 : total])
    del buffer[:total]
    keep_alive = parts[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return Request(parts[0], parts[1], headers, body, peer, keep_alive)


def _read_headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if not colon or not name or not TOKEN_CHARACTERS.issuperset(name) or "\r" in value or "\n" in value:
            raise Problem(400, "malformed", "A header line cannot be read.", field="header")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body_length(method: str, headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise Problem(411, "length_required", "Send the body with a Content-Length, not in chunks.")
    text = headers.get("content-length")
    if text is None:
        if method == "POST":
            raise Problem(411, "length_required", "A POST needs a Content-Length.")
        return 0
    if not (text.isascii() and text.isdigit()):
        raise Problem(400, "malformed", "Content-Length is not a number.", field="content-length")
    if int(text[:10]) > MAX_BODY:
        raise Problem(413, "too_long", f"The body is longer than {MAX_BODY} bytes.")
    return int(text[:10])
