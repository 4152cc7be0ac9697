"""problem+json (RFC 9457): how every error looks to a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from shimin.kernel.errors import DomainError

MEDIA_TYPE = "application/problem+json"


class Problem(HttpResponse):
    """An error as problem+json; it may hold what belongs to one person, so nothing stores it."""

    def __init__(self, body: Mapping[str, Any], *, retry_after_seconds: int | None = None) -> None:
        super().__init__(orjson.dumps(body), status=body["status"], content_type=MEDIA_TYPE)
        self.headers["Cache-Control"] = "no-store"
        if retry_after_seconds is not None:
            self.headers["Retry-After"] = str(retry_after_seconds)


def problem(request: HttpRequest, error: DomainError) -> Problem:
    """Return ``error`` as a response: its code is stable, its words are for people."""
    body: dict[str, Any] = {
        "type": f"urn:shimin:problem:{error.code}",
        "title": error.message,
        "status": error.status,
        "detail": error.mend,
        "code": error.code,
        "mend": error.mend,
        "fields": error.fields,
        "request_id": request_id_of(request),
    }
    return Problem(body, retry_after_seconds=error.retry_after_seconds)


def request_id_of(request: HttpRequest) -> str:
    """Return the id that ``kernel.web.middleware.RequestLog`` gave the request ("" without that middleware)."""
    return str(getattr(request, "request_id", ""))


def wants_problem(request: HttpRequest) -> bool:
    """Tell whether the caller is a program: it asks below /api/, or for JSON and not for HTML."""
    if request.path_info.startswith("/api/"):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept
