"""Keyed hashes of what registered systems call their own."""

from __future__ import annotations

from shimin.kernel.crypto import blind_index


def partner_update_hash(client_id: int, request_id: int, key: str) -> bytes:
    """Return the handle of what a registered system calls an update of a request."""
    return blind_index(f"{client_id}\0{request_id}\0{key}", context="service_requests.partner_update")
