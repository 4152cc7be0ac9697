"""Public reads that are asked for most, answered before Django's own way in and out, which costs ten times the read.

Only plain requests are taken: GET, no query, no token, nobody signed in. What makes an answer safe and seen stays:
safety headers, the request's id, its line in the log, its figure. Whatever else comes, errors too, goes Django's way,
where the same read is a view; a test holds both answers against each other.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import Error

from shimin.kernel.errors import DomainError
from shimin.kernel.monitoring import metrics
from shimin.kernel.monitoring.logging import log_request
from shimin.kernel.web.middleware import AS_FILE, is_kept_as_file, request_id_for, safety_headers

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_PHRASES = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}


@dataclass(frozen=True, slots=True)
class HotAnswer:
    """What to send: a status, the read's own headers, the body."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class HotRead:
    """A read: the route as log and figures name it, the whole path, and the function from its parts to the answer.

    ``answer`` gets the request's environ first. It may return None to leave the request to Django, and raise a
    DomainError, which Django then says in words.
    """

    route: str
    path: re.Pattern[str]
    answer: Callable[..., HotAnswer | None]


class HotReads:
    """WSGI middleware around Django. ``may_be_signed_in`` reads a Cookie header."""

    def __init__(
        self, application: WsgiApp, reads: Sequence[HotRead], *, may_be_signed_in: Callable[[str], bool]
    ) -> None:
        self._application = application
        self._reads = reads
        self._may_be_signed_in = may_be_signed_in
        self._safety = safety_headers()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a plain request for a hot read; pass on everything else."""
        started = time.perf_counter()
        if self._is_plain(environ):
            for read in self._reads:
                found = read.path.fullmatch(environ["PATH_INFO"])
                answer = found and _answer(read, environ, found.groups())
                if answer:
                    start_response(_PHRASES[answer.status], self._headers(environ, read, answer, started))
                    return [answer.body]
        return self._application(environ, start_response)

    def _is_plain(self, environ: Environ) -> bool:
        return (
            environ["REQUEST_METHOD"] == "GET"
            and not environ.get("QUERY_STRING")
            and "HTTP_AUTHORIZATION" not in environ
            and not self._may_be_signed_in(environ.get("HTTP_COOKIE", ""))
        )

    def _headers(self, environ: Environ, read: HotRead, answer: HotAnswer, started: float) -> list[tuple[str, str]]:
        """Log and count the request and return the answer's headers."""
        request_id, seconds = request_id_for(environ), time.perf_counter() - started
        log_request(id=request_id, method="GET", route=read.route, status=answer.status, ms=round(seconds * 1000, 1))
        metrics.observe_request(read.route, answer.status, seconds)
        length = ("Content-Length", str(len(answer.body)))
        as_file = (AS_FILE,) if is_kept_as_file(dict(answer.headers).get("Content-Type", "")) else ()
        return [*answer.headers, length, *as_file, *self._safety, ("X-Request-Id", request_id)]


def _answer(read: HotRead, environ: Environ, parts: Sequence[str]) -> HotAnswer | None:
    """Return the answer; None when Django has to say what is wrong (it also drops a failed connection)."""
    try:
        return read.answer(environ, *parts)
    except (DomainError, Error):
        return None
