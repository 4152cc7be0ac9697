"""The secret of an invitation's link, and what is kept of it."""

from __future__ import annotations

import base64
import hashlib

from shimin.kernel.crypto import blind_index


def invitation_secret(invitation_id: int) -> str:
    """Return the secret part of the link: 128 bits that only who holds our keys can make."""
    secret = blind_index(str(invitation_id), context="invitations.link")[:16]
    return base64.b32encode(secret).decode().rstrip("=").lower()


def secret_hash(secret: str) -> bytes:
    """Return what the table keeps of the secret."""
    return hashlib.sha256(secret.encode()).digest()
