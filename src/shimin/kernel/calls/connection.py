"""Keep-alive HTTP/1.1 connections whose whole exchange, not each read, ends at a deadline.

On sockets and the parser of httptools: a signed call took 0.8 ms of CPU through http.client, 1.8 ms through httpx
(one trial, two cores, signatures included), and most of the rest was http.client reading headers as if they were
e-mail. The timeouts of both start anew with every byte that a slow server drips.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

CONNECT_SECONDS = 0.5
MAX_BODY = 1024 * 1024
MAX_HEAD = 16 * 1024
_PIECE = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class ConnectFailed(OSError):
    """No connection, or a kept one that the peer had closed: nothing was answered, a retry is safe for a read."""


class AnswerTooLarge(ValueError):
    """The body is longer than MAX_BODY."""


class AnswerIncomplete(ValueError):
    """The answer broke off after its head."""


class AnswerMalformed(ValueError):
    """What came is no HTTP answer, or its head is longer than MAX_HEAD."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An HTTP answer as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a system listens."""

    scheme: str
    host: str
    port: int
    base_path: str

    @classmethod
    def of(cls, base_url: str) -> Endpoint:
        """Read ``http(s)://host[:port][/path]``.

        Raises:
            ValueError: something else.
        """
        url = urlsplit(base_url)
        if url.scheme not in _PORTS or not url.hostname or url.query or url.fragment:
            raise ValueError(f"{base_url!r} is no base address: use http(s)://host[:port][/path]")
        return cls(url.scheme, url.hostname, url.port or _PORTS[url.scheme], url.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The Host header: lower case, without a default port (as RFC 9421 signs it)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class ConnectionPool:
    """Idle connections to one endpoint, the one used last first. Safe for threads; made anew after a fork."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def exchange(self, request: bytes, *, deadline: float, fresh: bool = False) -> RawAnswer:
        """Send ``request`` and return the answer, all before ``deadline`` (time.monotonic).

        Raises:
            ConnectFailed: see the class.
            TimeoutError: the deadline passed.
            OSError, AnswerIncomplete, AnswerMalformed, AnswerTooLarge: the answer broke off or cannot be read.
        """
        connection = self._take(fresh) or _Connection.open(self._endpoint, deadline)
        try:
            answer, reusable = connection.exchange(request, deadline)
        except BaseException:
            connection.close()
            raise
        if reusable:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self, fresh: bool) -> _Connection | None:
        while not fresh:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.is_alive():
                return connection
            connection.close()
        return None


class _Connection:
    """One socket. After its first exchange it is "kept": a silent end then means that the peer had closed it."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._kept = False

    @classmethod
    def open(cls, endpoint: Endpoint, deadline: float) -> _Connection:
        seconds = min(CONNECT_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            raise TimeoutError("no time is left to connect")
        try:
            sock = socket.create_connection((endpoint.host, endpoint.port), timeout=seconds)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if endpoint.scheme == "https":
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=endpoint.host)
        except OSError as error:
            raise ConnectFailed(str(error)) from error
        return cls(sock)

    def is_alive(self) -> bool:
        """A kept connection has nothing to read; readable means closed, or noise we did not ask for."""
        return not select.select([self._socket], [], [], 0)[0]

    def exchange(self, request: bytes, deadline: float) -> tuple[RawAnswer, bool]:
        reading = _Reading()
        try:
            self._limit(deadline)
            self._socket.sendall(request)
            while not reading.is_complete:
                self._limit(deadline)
                reading.take(self._socket.recv(_PIECE))
        except ConnectionError as error:
            if self._kept and not reading.has_begun:
                raise ConnectFailed("the kept connection was closed") from error
            raise
        self._kept = True
        return reading.answer(), reading.is_reusable

    def close(self) -> None:
        self._socket.close()

    def _limit(self, deadline: float) -> None:
        """Give the next send or receive only the time that is left."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._socket.settimeout(left)


class _Reading:
    """One answer as it comes in: what httptools calls back into, and what has become of it."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._head_size = 0
        self._has_head = False
        self.has_begun = self.is_complete = self.is_reusable = False

    def take(self, data: bytes) -> None:
        """Read on; ``data`` is empty when the peer has closed."""
        if not data:
            self._end()
            return
        self.has_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise AnswerMalformed(type(error).__name__) from None
        if not self._has_head:
            self._grow(len(data))
        if len(self._body) > MAX_BODY:
            raise AnswerTooLarge(f"more than {MAX_BODY} bytes")

    def answer(self) -> RawAnswer:
        return RawAnswer(self._parser.get_status_code(), self._headers, bytes(self._body))

    def _end(self) -> None:
        """Without a length, the peer's closing ends the body (RFC 9112 6.3); else something is missing."""
        if not self.has_begun:
            raise ConnectionResetError("closed without an answer")
        if not self._has_head or self._headers.keys() & {"content-length", "transfer-encoding"}:
            raise AnswerIncomplete(f"{len(self._body)} bytes came")
        self.is_complete = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value))
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        self._has_head = True

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_begin(self) -> None:
        if self.is_complete:
            raise AnswerMalformed("two answers to one request")

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:  # an interim answer: the real one follows
            self._headers.clear()
            self._has_head = False
            return
        self.is_complete = True
        self.is_reusable = self._parser.should_keep_alive()

    def _grow(self, size: int) -> None:
        self._head_size += size
        if self._head_size > MAX_HEAD:
            raise AnswerMalformed(f"a head of more than {MAX_HEAD} bytes")
