"""Whether a request comes from the platform, is whole, is fresh, and is new."""

import time
from typing import Final

from cryptography.exceptions import InvalidSignature

from .http1 import Request
from .keys import PlatformKey
from .nonces import NonceStore
from .problems import Problem
from .signatures import (
    ALGORITHM,
    REQUEST_COMPONENTS,
    SignatureInput,
    content_digest,
    parse_signature,
    parse_signature_input,
    request_base,
)

SKEW_SECONDS: Final = 30
MAX_LIFE_SECONDS: Final = 60
MIN_NONCE_CHARACTERS: Final = 22
"""Sixteen random bytes in base64url."""

MAX_NONCE_CHARACTERS: Final = 128
PLATFORM_KEY_ID: Final = "platform"


class Verifier:
    """Verifies requests to one department, which is known by its port."""

    def __init__(self, platform_key: PlatformKey, port: int) -> None:
        self._platform_key = platform_key
        self._port = str(port)
        self._nonces = NonceStore(now=time.monotonic())

    def verify(self, request: Request, *, now: float) -> str:
        """Verify a request and use up its nonce; give its signature as it stands in the field, colons included.

        now is in seconds since 1970. The nonce is noted only once the signature holds, so that strangers cannot fill
        the store.

        Raises:
            Problem: 401 for a signature that does not hold, 409 for a replay, 503 when no more nonces can be kept.
        """
        headers = request.headers
        sent = parse_signature_input(headers.get("signature-input", ""))
        signature = parse_signature(headers.get("signature", ""))
        if sent is None or signature is None:
            raise _refusal("signature_missing", "Signature-Input and Signature must hold one signature, sig1.")
        self._check_parameters(sent)
        _check_freshness(sent, now)
        self._check_authority(headers.get("host", ""))
        if headers.get("content-digest") != content_digest(request.body):
            raise _refusal("digest", "Content-Digest is not the SHA-256 of the body.")
        self._check_signature(request, sent, signature)
        self._use_nonce(sent.nonce)
        return headers["signature"].strip().removeprefix("sig1=")

    def _check_parameters(self, sent: SignatureInput) -> None:
        if sorted(sent.components) != sorted(REQUEST_COMPONENTS):
            raise _refusal("signature_components", f"The signature must cover exactly {', '.join(REQUEST_COMPONENTS)}.")
        if sent.algorithm != ALGORITHM:
            raise _refusal("signature_algorithm", f"The algorithm must be {ALGORITHM}.")
        if not MIN_NONCE_CHARACTERS <= len(sent.nonce) <= MAX_NONCE_CHARACTERS:
            raise _refusal("signature_nonce", "The nonce must hold at least 16 random bytes.")
        if sent.keyid != PLATFORM_KEY_ID:
            raise _refusal("unknown_key", "This key is not known here.")

    def _check_authority(self, host: str) -> None:
        # The port tells departments of one machine apart: a request made for one is no good at another.
        if host.rpartition(":")[2] != self._port:
            raise _refusal("signature_authority", "The request was made for another department.")

    def _check_signature(self, request: Request, sent: SignatureInput, signature: bytes) -> None:
        key = self._platform_key.current()
        if key is None:
            raise _refusal("unknown_key", "The platform's public key is not here yet.")
        try:
            base = request_base(request.method, request.headers["host"], request.path, request.headers, sent)
            key.verify(signature, base)
        except (InvalidSignature, KeyError):
            raise _refusal("signature", "The signature does not fit the request.") from None

    def _use_nonce(self, nonce: str) -> None:
        if self._nonces.is_full:
            raise Problem(503, "too_many_nonces", "Too many requests in a minute.", headers=(("Retry-After", "60"),))
        if not self._nonces.note(nonce, now=time.monotonic()):
            raise Problem(409, "replay", "A request with this nonce was seen before.")


def _check_freshness(sent: SignatureInput, now: float) -> None:
    if not sent.created < sent.expires <= sent.created + MAX_LIFE_SECONDS:
        raise _refusal("signature_expires", f"expires must come after created, by {MAX_LIFE_SECONDS} seconds at most.")
    if abs(now - sent.created) > SKEW_SECONDS or now > sent.expires:
        raise _refusal("signature_stale", "The request is not fresh, or the clocks differ by more than 30 seconds.")


def _refusal(code: str, detail: str) -> Problem:
    return Problem(401, code, detail)
