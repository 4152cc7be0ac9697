"""Documents of the standard in both formats, from the same values (Spark convention), and its errors.

Source: Open311 GeoReport v2 (Format Support, Possible Errors).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import orjson
from django.http import HttpResponse

from shimin.kernel.clock import CHINA
from shimin.kernel.errors import DomainError

CONTENT_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# What each list's elements are called in XML.
_ITEMS = {
    "services": "service", "service_requests": "request", "service_request_updates": "request_update",
    "errors": "error", "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATUSES = {401: 403, 409: 400, 422: 400}


def document(format_: str, root: str, content: Any, *, status: int = 200) -> HttpResponse:
    """Return ``content`` (a mapping, or a list of mappings) as a document: in XML below ``root``, in JSON as it is."""
    body = to_xml(root, content) if format_ == "xml" else orjson.dumps(content, default=_text)
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPES[format_])
    response.headers["Cache-Control"] = "no-store"
    return response


def refusal(format_: str, error: DomainError) -> HttpResponse:
    """Return an error in the standard's shape; the description begins with our stable code."""
    status = _STATUSES.get(error.status, error.status)
    said = "".join(dict.fromkeys(error.fields.values())) or error.message
    text = f"{error.code}: {said}{'' if error.fields else error.mend}"
    response = document(format_, "errors", [{"code": status, "description": text}], status=status)
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def to_xml(root: str, content: Any) -> bytes:
    """Return values as XML: list elements by their names, None as an empty element, what XML cannot hold left out."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, content)}'.encode()


def w3_time(at: datetime) -> str:
    """Return a time as the standard wants it, with the zone of China."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(each, part) for each, part in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inner = "".join(_element(_ITEMS[name], each) for each in value)
    else:
        inner = escape(_UNFIT.sub("", _text(value)))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return w3_time(value) if isinstance(value, datetime) else str(value)
