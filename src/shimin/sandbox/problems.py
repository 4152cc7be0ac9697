"""Refusals: application/problem+json with a stable code (RFC 9457)."""

from typing import Any

import orjson

TITLES = {
    400: "The request is malformed",
    401: "The signature does not hold",
    403: "Not allowed",
    404: "There is no such thing here",
    405: "The method does not fit",
    409: "The request was seen before",
    411: "The length is missing",
    413: "The request is too long",
    422: "A parameter is wrong",
    429: "Too many requests",
    431: "The header is too long",
    500: "The department failed",
    503: "The department is not available",
}


class Problem(Exception):
    """A request that is refused: status, a code for machines, a sentence for people, and the field at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headers = headers

    def body(self) -> bytes:
        """Write the problem document."""
        document: dict[str, Any] = {
            "type": f"urn:shimin:source-problem:{self.code}",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.field is not None:
            document["field"] = self.field
        return orjson.dumps(document)
