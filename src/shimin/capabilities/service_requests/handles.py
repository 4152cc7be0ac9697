"""Query codes and keyed hashes: who knows number and code follows a request without an account."""

from __future__ import annotations

import re

from shimin.kernel.crypto import blind_index

CONTACT = "service_requests.reporter.contact"
CODE_DIGITS = 8
_CODE_FORM = re.compile(rf"\d{{{CODE_DIGITS}}}")


def query_code(request_id: int) -> str:
    """Return a request's query code (查询码): digits derived from its id, so nothing has to be stored."""
    drawn = int.from_bytes(blind_index(str(request_id), context="service_requests.query_code")[:8])
    return str(drawn % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def code_hash(number: str, code: str) -> bytes:
    """Return the handle of a number with its code."""
    return blind_index(f"{number}\0{code}", context="service_requests.code")


def read_code(text: str) -> str | None:
    """Return the code as it was given out, None when it cannot be one."""
    code = re.sub(r"[\s-]", "", text[:40])
    return code if _CODE_FORM.fullmatch(code) and code.isascii() else None


def key_hash(account_id: int | None, key: str) -> bytes:
    """Return the handle of a filing's idempotency key; without an account the key alone."""
    return blind_index(f"{account_id or ''}\0{key}", context="service_requests.filing_key")


def import_hash(city_code: str, source: str, key: str) -> bytes:
    """Return the handle of a message that a bulk file of a source names ``key``."""
    return blind_index(f"{city_code}\0{source}\0{key}", context="service_requests.import")
