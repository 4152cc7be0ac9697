"""The load client: what it reads, and that it times from the moment a request was due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import repeat

import pytest

from bench import client

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", (200, b"hello")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", (304, b"")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", (200, b"abcde")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", None),
        (b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", (503, b"")),
    ],
)
def test_reads_answers(received, expected):
    assert client.parse(received) == expected


@asynccontextmanager
async def server(handler: Handler):
    made = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with made:
        yield f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}"
        await asyncio.sleep(0.05)  # until the handlers have seen the end


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float = 0.0) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(seconds)
            writer.write(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def test_closed_loop_asks_everything_once():
    async def run() -> client.Run:
        async with server(answer) as url:
            requests = iter([client.get(url, "/", about=number) for number in range(50)])
            return await client.closed_loop(url, requests, connections=4)

    assert sorted(each.about for each in asyncio.run(run()).answers) == list(range(50))


def test_closed_loop_asks_again_in_the_place_of_a_refusal():
    async def run() -> client.Run:
        async with server(answer) as url:
            refused = iter([True, False, False])
            requests = iter([client.get(url, "/", about=1), client.get(url, "/", about=2)])
            return await client.closed_loop(
                url,
                requests,
                connections=1,
                again=lambda each: client.get(url, "/", about=9) if next(refused) else None,
            )

    assert [each.about for each in asyncio.run(run()).answers] == [1, 9, 2]


def test_open_loop_keeps_its_rate_when_answers_are_slow():
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer, seconds=0.2)

    async def run() -> client.Run:
        async with server(slow) as url:
            requests = repeat(client.get(url, "/"))
            return await client.open_loop(url, requests, per_second=100, seconds=0.5, connections=1)

    result = asyncio.run(run())
    assert len(result.answers) == 50
    assert result.seconds < 2  # one after the other they would take ten seconds
    assert min(result.milliseconds) >= 190


def test_a_closed_connection_is_told():
    async def shut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def run() -> None:
        async with server(shut) as url:
            await client.closed_loop(url, iter([client.get(url, "/")]), connections=1)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run())
    assert isinstance(caught.value.exceptions[0], ConnectionError)
