"""A small HTTP/1.1 client for load: closed loops (as fast as answers come), open loops (at a rate, whatever comes)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LONGEST_SECONDS = 30.0
# More would measure the server's limit of open connections (512 a process): kept ones hold their place.
_MOST_CONNECTIONS = 256


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send, and what they were made for: it comes back with the answer."""

    data: bytes
    about: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with the milliseconds it took: from the moment it was due, so waiting for a connection counts."""

    status: int
    body: bytes
    milliseconds: float
    about: int


@dataclass(slots=True)
class Run:
    """All answers of a stretch, and how long it was."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def milliseconds(self) -> list[float]:
        return [answer.milliseconds for answer in self.answers]


def get(base_url: str, path: str, headers: Mapping[str, str] | None = None, about: int = 0) -> Request:
    """Return a GET request."""
    return Request(_head("GET", base_url, path, headers or {}) + b"\r\n", about)


def post(base_url: str, path: str, body: bytes, headers: Mapping[str, str] | None = None, about: int = 0) -> Request:
    """Return a POST request of JSON."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    return Request(_head("POST", base_url, path, given) + b"\r\n" + body, about)


def _head(method: str, base_url: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(base_url).netloc}"]
    return "".join(
        f"{line}\r\n" for line in [*lines, *(f"{name}: {value}" for name, value in headers.items())]
    ).encode()


class Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, data: bytes) -> tuple[int, bytes]:
        """Send and return (status, body).

        Raises:
            ConnectionError: it was closed instead of answered.
            TimeoutError: nothing came for half a minute.
        """
        if self._transport is None:
            raise ConnectionError("not connected")
        self._received.clear()
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        async with asyncio.timeout(_LONGEST_SECONDS):
            return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._waiting is not None and not self._waiting.done():
            parsed = parse(self._received)
            if parsed is not None:
                self._waiting.set_result(parsed)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))


def parse(received: bytes | bytearray) -> tuple[int, bytes] | None:
    """Return (status, body) once an answer is complete, else None."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, body = bytes(received[:end]).lower(), bytes(received[end + 4 :])
    status = int(head[9:12])
    if status in (204, 304):
        return status, b""
    if b"transfer-encoding: chunked" in head:
        whole = _unchunked(body)
        return None if whole is None else (status, whole)
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return (status, body[:length]) if len(body) >= length else None


def _unchunked(body: bytes) -> bytes | None:
    parts, at = [], 0
    while (line := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:line].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
    return None


class Pool:
    """Connections to one server, opened when needed. ``local_hosts`` gives each a source address of its own."""

    def __init__(self, base_url: str, local_hosts: Iterator[str] | None = None) -> None:
        url = urlsplit(base_url)
        self._host, self._port = url.hostname or "127.0.0.1", url.port or 80
        self._local_hosts = local_hosts
        self._idle: list[Connection] = []
        self._all: list[Connection] = []
        self._places = asyncio.Semaphore(_MOST_CONNECTIONS)

    async def open(self, connections: int) -> None:
        """Open connections beforehand."""
        self._idle += [await self._connect() for _ in range(connections)]

    async def ask(self, request: Request, due: float) -> Answer:
        """Send a request that was due at ``due`` (perf_counter) and return its answer."""
        async with self._places:
            connection = await self._take()
            status, body = await connection.ask(request.data)
            if connection.is_open:
                self._idle.append(connection)
        return Answer(status, body, (time.perf_counter() - due) * 1000, request.about)

    async def _take(self) -> Connection:
        while self._idle:
            # The one that has rested longest: with one address each, all addresses take their turn.
            connection = self._idle.pop(0)
            if connection.is_open:
                return connection
        return await self._connect()

    async def _connect(self) -> Connection:
        local = (next(self._local_hosts), 0) if self._local_hosts else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, self._host, self._port, local_addr=local)
        self._all.append(connection)
        return connection

    def close(self) -> None:
        for connection in self._all:
            connection.close()


@asynccontextmanager
async def _pool(base_url: str, connections: int, local_hosts: Iterator[str] | None = None) -> AsyncIterator[Pool]:
    pool = Pool(base_url, local_hosts)
    try:
        await pool.open(connections)
        yield pool
    finally:
        pool.close()
        await asyncio.sleep(0)  # the loop drops aborted connections in its next turn


async def closed_loop(
    base_url: str,
    requests: Iterator[Request],
    *,
    connections: int,
    seconds: float = 3600.0,
    again: Callable[[Answer], Request | None] = lambda answer: None,
    local_hosts: Iterator[str] | None = None,
) -> Run:
    """Ask over ``connections`` until the time or the requests are up.

    ``again`` may give a request to ask in the place of one whose answer was no answer (a refusal under load).
    """
    run = Run()

    async def ask_on(pool: Pool) -> None:
        for request in requests:
            wanted: Request | None = request
            while wanted is not None:
                answer = await pool.ask(wanted, time.perf_counter())
                run.answers.append(answer)
                wanted = again(answer)
            if time.perf_counter() - began > seconds:
                return

    async with _pool(base_url, connections, local_hosts) as pool:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(ask_on(pool))
    run.seconds = time.perf_counter() - began
    return run


async def open_loop(
    base_url: str,
    requests: Iterator[Request],
    *,
    per_second: float,
    seconds: float,
    connections: int = 16,
    local_hosts: Iterator[str] | None = None,
) -> Run:
    """Ask at an even rate whatever the answers do; each answer's time runs from the moment its request was due.

    ``connections`` are opened beforehand, more when all of them wait.
    """
    run = Run()

    async def ask_at(pool: Pool, request: Request, due: float) -> None:
        run.answers.append(await pool.ask(request, due))

    async with _pool(base_url, connections, local_hosts) as pool:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(max(1, round(per_second * seconds))):
                due = began + number / per_second
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                group.create_task(ask_at(pool, next(requests), due))
    run.seconds = time.perf_counter() - began
    return run
