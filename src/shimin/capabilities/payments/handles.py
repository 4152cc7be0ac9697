"""Keyed hashes of payments: of debts, of idempotency keys, and the secret in an order's link."""

from __future__ import annotations

import base64
import hashlib

from shimin.kernel.crypto import blind_index


def claim_hash(kind: str, ref: str) -> bytes:
    """Return the handle of a debt."""
    return blind_index(f"{kind}\0{ref}", context="payments.claim")


def key_hash(payer_account_id: int | None, key: str) -> bytes:
    """Return the handle of a payer's idempotency key; without an account the key alone (it is then a secret)."""
    return blind_index(f"{payer_account_id or ''}\0{key}", context="payments.order_key")


def link_secret(order_id: int) -> str:
    """Return the secret part of an order's address: who has it may see and pay an order that has no account."""
    secret = blind_index(str(order_id), context="payments.order_link")[:16]
    return base64.b32encode(secret).decode().rstrip("=").lower()


def link_hash(secret: str) -> bytes:
    """Return what the order keeps of its link's secret."""
    return hashlib.sha256(secret.encode()).digest()


def receipt_check(number: str) -> str:
    """Return the check code (校验码) of a receipt: with its number it proves that the receipt is ours."""
    code = blind_index(number, context="payments.receipt_check")[:5]
    return base64.b32encode(code).decode()
