"""Answers: signed by the department and bound to the request they answer, or spoilt as the fault switches say."""

import secrets
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .archive import Row
from .enquiry import Enquiry
from .faults import Faults
from .http1 import Reply
from .lives.timeline import BEIJING
from .signatures import LABEL, byte_sequence, content_digest, response_base, response_params

CONTENT_TYPE = "application/json"
STALE_SECONDS = 3_600


class Answerer:
    """Writes and signs a department's answers."""

    def __init__(self, department: str, key: Ed25519PrivateKey) -> None:
        self._department = department
        self._key = key

    def answer(
        self, enquiry: Enquiry, rows: list[Row] | None, request_signature: str, now: float, faults: Faults
    ) -> Reply:
        """Answer an enquiry with the fields it names.

        rows None means nothing was found; now is in seconds since 1970.
        """
        if faults.stale_answer:
            # As if an answer of an hour ago had been kept and played again: signed well, but for another request.
            stale = enquiry.request_id[::-1] + "-stale"
            body = _body(stale, rows, enquiry.fields, now - STALE_SECONDS)
            return self._sign(body, byte_sequence(bytes(64)), now - STALE_SECONDS)
        body = _body(enquiry.request_id, rows, enquiry.fields, now)
        if faults.garbage:
            body = b'<html><body>500 \xff\xfe{"records": [' + body[:20]
        elif faults.wrong_schema:
            body = _against_schema(body)
        reply = self._sign(body, request_signature, now)
        if faults.wrong_signature:
            reply.headers = [
                (name, f"{LABEL}={byte_sequence(secrets.token_bytes(64))}" if name == "Signature" else value)
                for name, value in reply.headers
            ]
        return reply

    def _sign(self, body: bytes, request_signature: str, now: float) -> Reply:
        digest = content_digest(body)
        params = response_params(created=int(now), nonce=secrets.token_urlsafe(16), keyid=self._department)
        base = response_base(
            status=200, digest=digest, content_type=CONTENT_TYPE, request_signature=request_signature, params=params
        )
        headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Digest", digest),
            ("Signature-Input", f"{LABEL}={params}"),
            ("Signature", f"{LABEL}={byte_sequence(self._key.sign(base))}"),
        ]
        return Reply(200, headers, body)


def _body(request_id: str, rows: list[Row] | None, fields: tuple[str, ...], now: float) -> bytes:
    document: dict[str, Any] = {
        "request_id": request_id,
        "issued_at": datetime.fromtimestamp(int(now), BEIJING).isoformat(),
        "found": rows is not None,
        "records": [{name: row[name] for name in fields} for row in rows or ()],
    }
    return orjson.dumps(document)


def _against_schema(body: bytes) -> bytes:
    """Break the promised form: the first field of each record gets another type, and one comes that nobody named."""
    document = orjson.loads(body)
    for record in document["records"]:
        record[next(iter(record))] = {"unexpected": True}
        record["internal_note"] = "内部备注：不应出现"
    if not document["records"]:
        document["records"] = {"unexpected": True}
    return orjson.dumps(document)
