"""The platform's side of the source protocol, for tests: sign a request, verify the answer."""

import base64
import http.client
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shimin.sandbox.signatures import content_digest, parse_signature, response_base, signature_base

COVERED = ("@method", "@authority", "@path", "content-digest", "content-type")


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def enquiry(name: str = "周晓敏", id_number: str = "430104199005179006", **changes: Any) -> dict[str, Any]:
    body = {
        "request_id": "r-1",
        "purpose": "查询本人记录",
        "legal_basis": None,
        "consent_id": "c-1",
        "on_behalf_of": None,
        "subject": {"name": name, "id_number": id_number},
        "params": {},
        "fields": ["status"],
    }
    return body | changes


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    request_signature: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Signed:
    """A signed request, open to tampering before it is sent."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def sign(
    key: Ed25519PrivateKey,
    port: int,
    record: str,
    body: dict[str, Any] | bytes,
    *,
    created: int | None = None,
    life: int = 60,
    nonce: str | None = None,
    keyid: str = "platform",
    covered: tuple[str, ...] = COVERED,
) -> Signed:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    created = int(time.time()) if created is None else created
    nonce = secrets.token_urlsafe(16) if nonce is None else nonce
    request = Signed(record if record.startswith("/") else f"/records/{record}", raw)
    values = {
        "@method": "POST",
        "@authority": f"127.0.0.1:{port}",
        "@path": request.path,
        "content-digest": content_digest(raw),
        "content-type": "application/json",
    }
    names = " ".join(f'"{name}"' for name in covered)
    params = f'({names});created={created};expires={created + life};nonce="{nonce}";keyid="{keyid}";alg="ed25519"'
    base = signature_base(((f'"{name}"', values[name]) for name in covered), params)
    request.headers = {
        "Host": values["@authority"],
        "Content-Type": values["content-type"],
        "Content-Digest": values["content-digest"],
        "Signature-Input": f"sig1={params}",
        "Signature": f"sig1=:{base64.b64encode(key.sign(base)).decode()}:",
    }
    return request


def send(port: int, request: Signed, *, timeout: float = 5.0) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", request.path, request.body, request.headers)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(
            response.status, headers, response.read(), request.headers.get("Signature", "").removeprefix("sig1=")
        )
    finally:
        connection.close()


def verify(answer: Answer, department_key: Ed25519PublicKey) -> None:
    """Verify that an answer is whole, from the department, and bound to its request; raises InvalidSignature."""
    assert answer.headers["content-digest"] == content_digest(answer.body)
    params = answer.headers["signature-input"].removeprefix("sig1=")
    base = response_base(
        status=answer.status,
        digest=answer.headers["content-digest"],
        content_type=answer.headers["content-type"],
        request_signature=answer.request_signature,
        params=params,
    )
    signature = parse_signature(answer.headers["signature"])
    assert signature is not None
    department_key.verify(signature, base)
