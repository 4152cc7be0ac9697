"""Codes, tokens and client secrets: 32 random bytes outside, their SHA-256 in the table (nobody guesses 32 bytes)."""

from __future__ import annotations

import hashlib
import re
import secrets

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Return 32 random bytes as base64url text."""
    return secrets.token_urlsafe(32)


def secret_hash(text: str) -> bytes | None:
    """Return what a secret is stored under, or None when the text cannot be one (no query is needed then)."""
    return hashlib.sha256(text.encode()).digest() if _FORM.fullmatch(text) else None


def stored_hash(text: str) -> bytes:
    """Return what a secret of our own making is stored under."""
    return hashlib.sha256(text.encode()).digest()
