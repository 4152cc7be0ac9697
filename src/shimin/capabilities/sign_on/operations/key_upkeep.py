"""The keys of id tokens, as pages and the worker ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shimin.capabilities.sign_on.operations.keys import make_first_keys, rotate_keys
from shimin.capabilities.sign_on.queries.keys import KeyView, list_keys, list_public_keys
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import auth_scope, scope


def publish_keys(now: datetime) -> list[dict[str, Any]]:
    """Return the public keys as JWKs; the very first question makes the very first keys."""
    with auth_scope(ANONYMOUS):
        keys = list_public_keys(now)
        if not keys:
            make_first_keys(actor=ANONYMOUS, now=now)
            keys = list_public_keys(now)
    return keys


def rotate(now: datetime, *, only_due: bool = True) -> int:
    """Make the next keys when it is time (or now), and return how many; the worker and the command call it."""
    with scope(SYSTEM):
        return rotate_keys(actor=SYSTEM, now=now, only_due=only_due)


def list_signing_keys(now: datetime) -> list[KeyView]:
    """Return the keys that are published, the next one first, for the command."""
    with scope(SYSTEM):
        return list_keys(now)
