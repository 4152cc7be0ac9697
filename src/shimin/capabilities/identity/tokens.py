"""Session tokens: 32 random bytes in the browser, their SHA-256 in the table (nobody guesses 32 bytes: no key)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

_TEXT_LENGTH = 43  # 32 bytes in base64url without padding


def new_token() -> str:
    """Return a new token as base64url text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes | None:
    """Return the hash a token is stored under, or None when the text cannot be a token (no query is needed then)."""
    if len(token) != _TEXT_LENGTH:
        return None
    try:
        raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return hashlib.sha256(raw).digest()
