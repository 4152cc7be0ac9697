"""Signed calls between the platform and departments: the part of RFC 9421 and RFC 9530 both sides use.

A request is signed over method, authority, path, body digest and type; an answer over its status, digest, type and the
signature of the request it answers. So an answer fits one request only: an old one, recorded and sent again, does not
verify. Anything in Signature-Input beyond the protocol is refused rather than interpreted.

Source: docs/reference/source-protocol.md; RFC 9421; RFC 9530.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LIFETIME = timedelta(seconds=30)
MAX_SKEW = timedelta(seconds=30)
CONTENT_TYPE = "application/json"

_REQUEST_COMPONENTS = ("@method", "@authority", "@path", "content-digest", "content-type")
_BOUND_REQUEST = '"signature";req;key="sig1"'
_ANSWER_COMPONENTS = frozenset({'"@status"', '"content-digest"', '"content-type"', _BOUND_REQUEST})

_INPUT = re.compile(r"sig1=(\(([^()]*)\)((?:;[a-z]+=(?:\d{1,15}|\"[\x20\x21\x23-\x5b\x5d-\x7e]*\"))+))")
_PARAMETER = re.compile(r";([a-z]+)=(?:(\d+)|\"([^\"]*)\")")
_COMPONENT = re.compile(r"\"[a-z0-9@-]+\"(?:;req;key=\"sig1\")?")
_SIGNATURE = re.compile(r"sig1=(:[A-Za-z0-9+/]+={0,2}:)")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]+={0,2}):")


class SignatureInvalid(Exception):
    """The answer is not what the department signed for this request; the text says why, for the log."""


class SignatureExpired(SignatureInvalid):
    """The answer was signed at another time: recorded and sent again, or a clock is wrong."""


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The headers of a signed request. ``signature`` is the value an answer must be bound to."""

    headers: Mapping[str, str]
    signature: str


def sign_request(
    *, key: Ed25519PrivateKey, keyid: str, method: str, authority: str, path: str, body: bytes, now: datetime
) -> SignedHeaders:
    """Sign one request with a fresh nonce. ``authority`` is the host in lower case, with the port unless default."""
    digest = content_digest(body)
    created = int(now.timestamp())
    covered = " ".join(f'"{name}"' for name in _REQUEST_COMPONENTS)
    params = (
        f"({covered});created={created};expires={created + int(LIFETIME.total_seconds())}"
        f';nonce="{secrets.token_urlsafe(18)}";keyid="{keyid}";alg="ed25519"'
    )
    values = (method, authority, path, digest, CONTENT_TYPE)
    lines = [f'"{name}": {value}' for name, value in zip(_REQUEST_COMPONENTS, values, strict=True)]
    signature = _byte_sequence(key.sign(_base(lines, params)))
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Digest": digest,
        "Signature-Input": f"sig1={params}",
        "Signature": f"sig1={signature}",
    }
    return SignedHeaders(headers, signature)


def verify_response(
    *,
    key: Ed25519PublicKey,
    keyid: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    request_signature: str,
    now: datetime,
) -> datetime:
    """Return when the answer was signed, once all of it has proved genuine. ``headers`` have lower-case names.

    Raises:
        SignatureExpired: signed more than 30 s from now.
        SignatureInvalid: not signed, by another key, for another request, or altered.
    """
    text, components, params = _parse_input(headers.get("signature-input", ""))
    if params.get("keyid") != keyid or params.get("alg") != "ed25519":
        raise SignatureInvalid(f"signed by {params.get('keyid')!r} with {params.get('alg')!r}")
    if not _digest_matches(headers.get("content-digest", ""), body):
        raise SignatureInvalid("the body is not the one the digest was made of")
    signed_at = _signing_time(params, now)
    values = {
        '"@status"': str(status),
        '"content-digest"': headers["content-digest"],
        '"content-type"': headers.get("content-type", ""),
        _BOUND_REQUEST: request_signature,
    }
    lines = [f"{component}: {values[component]}" for component in components]
    try:
        key.verify(_signature(headers.get("signature", "")), _base(lines, text))
    except InvalidSignature:
        raise SignatureInvalid("the signature does not fit the answer and its request") from None
    return signed_at


def content_digest(body: bytes) -> str:
    """Return the Content-Digest field of ``body`` (RFC 9530)."""
    return f"sha-256={_byte_sequence(hashlib.sha256(body).digest())}"


def _base(lines: list[str], params: str) -> bytes:
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def _byte_sequence(data: bytes) -> str:
    return f":{base64.b64encode(data).decode()}:"


def _parse_input(field: str) -> tuple[str, list[str], dict[str, str]]:
    match = _INPUT.fullmatch(field.strip())
    if match is None:
        raise SignatureInvalid("no Signature-Input of the protocol's form")
    text, inner, tail = match.groups()
    components = _COMPONENT.findall(inner)
    if " ".join(components) != inner or len(components) != 4 or set(components) != _ANSWER_COMPONENTS:
        raise SignatureInvalid("the signature covers other parts than the protocol asks for")
    pairs = _PARAMETER.findall(tail)
    params = {name: number or string for name, number, string in pairs}
    if len(params) != len(pairs):
        raise SignatureInvalid("a signature parameter is given twice")
    return text, components, params


def _signing_time(params: Mapping[str, str], now: datetime) -> datetime:
    created = params.get("created", "")
    if not created.isdigit():
        raise SignatureInvalid("no time of signing")
    seconds_ago = int(now.timestamp()) - int(created)
    if abs(seconds_ago) > MAX_SKEW.total_seconds():
        raise SignatureExpired(f"signed {seconds_ago} s ago")
    return datetime.fromtimestamp(int(created), tz=now.tzinfo)


def _digest_matches(field: str, body: bytes) -> bool:
    match = _DIGEST.search(field)
    if match is None:
        return False
    return secrets.compare_digest(match.group(1), base64.b64encode(hashlib.sha256(body).digest()).decode())


def _signature(field: str) -> bytes:
    match = _SIGNATURE.fullmatch(field.strip())
    if match is None:
        raise SignatureInvalid("no Signature of the protocol's form")
    try:
        return base64.b64decode(match.group(1)[1:-1], validate=True)
    except binascii.Error:
        raise SignatureInvalid("the signature is not base64") from None
