"""One JSON call to a platform: a deadline, no redirects, nothing believed that is no object."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

import orjson

from shimin.kernel.calls.connection import ConnectionPool, Endpoint
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable

SECONDS = 4.0


class Api:
    """A platform's server, by its base address. Safe to use from many threads."""

    def __init__(self, base_url: str, title: str) -> None:
        self._title = title
        self._endpoint = Endpoint.of(base_url)
        self._pool = ConnectionPool(self._endpoint)

    def get(self, path: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Ask by GET; secrets in the address are that platform's own way.

        Raises:
            Unavailable: no answer, or none that can be read.
        """
        return self._exchange(f"GET {self._endpoint.base_path}{path}?{urlencode(values)} HTTP/1.1", b"")

    def post(self, path: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Ask by a form.

        Raises:
            Unavailable: no answer, or none that can be read.
        """
        return self._exchange(f"POST {self._endpoint.base_path}{path} HTTP/1.1", urlencode(values).encode())

    def disconnect(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def _exchange(self, line: str, body: bytes) -> dict[str, Any]:
        require_no_transaction()
        head = [
            line,
            f"Host: {self._endpoint.authority}",
            f"Content-Length: {len(body)}",
            "Content-Type: application/x-www-form-urlencoded",
            "User-Agent: shimin",
        ]
        try:
            answer = self._pool.exchange(
                "\r\n".join([*head, "", ""]).encode() + body, deadline=time.monotonic() + SECONDS
            )
            content = orjson.loads(answer.body)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(f"{self._title}暂时没有回应。") from error
        # Their errors come as 200 or 400 with an object; anything else is a broken server.
        if answer.status >= 500 or not isinstance(content, dict):
            raise Unavailable(f"{self._title}暂时没有回应。")
        return content
