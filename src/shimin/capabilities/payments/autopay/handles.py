"""Keyed hashes and numbers of automatic payment."""

from __future__ import annotations

import re

from shimin.kernel.crypto import blind_index

_EXTERNAL = re.compile(r"AP([0-9]{17,19})")


def target_hash(about: str, what: str) -> bytes:
    """Return the handle of what a plan pays: one account, or one card."""
    return blind_index(f"{about}\0{what}", context="autopay.target")


def debt_hash(ref: str) -> bytes:
    """Return the handle of one bill."""
    return blind_index(ref, context="autopay.debt")


def external_no(plan_id: int) -> str:
    """Return our number of a plan's agreement at a gateway."""
    return f"AP{plan_id}"


def plan_of(number: str) -> int | None:
    """Return the plan of an agreement's number, None when it is no number of ours."""
    match = _EXTERNAL.fullmatch(number) if number.isascii() else None
    return int(match[1]) if match else None
