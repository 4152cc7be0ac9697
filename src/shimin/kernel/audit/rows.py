"""The audit: every change and refusal, one row each, with a MAC whose key the database never sees.

Rows hold no personal data (ids only), or erasure would break the chain. ``sealing`` seals them in batches.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id

COUNTRY = "100000"  # rows that belong to no city

# A hot operation can write its row along in one statement with others: append "FROM …" and pass the values of ``row``.
INSERT = """
    INSERT INTO kernel_audit
        (id, at, city_code, actor_kind, account_id, action, target, target_id, outcome, details, mac)
    SELECT %s::bigint, %s::timestamptz, %s::text, %s::text, %s::bigint, %s::text, %s::text, %s::bigint, %s::text,
           %s::text, %s::bytea
"""


class Outcome(StrEnum):
    """How an audited act ended."""

    DONE = "done"
    REFUSED = "refused"


def record(
    *,
    actor: Actor,
    action: str,
    target: str,
    target_id: int | None,
    now: datetime,
    city_code: str = COUNTRY,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Write one audit row in the caller's transaction and return its id. ``details`` must hold no personal data."""
    values = row(
        actor=actor, action=action, target=target, target_id=target_id, now=now, city_code=city_code, outcome=outcome,
        details=details,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
    return int(values[0])


def row(
    *,
    actor: Actor,
    action: str,
    target: str,
    target_id: int | None,
    now: datetime,
    city_code: str = COUNTRY,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Any] | None = None,
) -> list[Any]:
    """Return the values of a new row for ``INSERT``, with its MAC."""
    acting = {} if actor.hat is None else {"mandate": str(actor.hat.mandate_id)}
    text = orjson.dumps({**(details or {}), **acting}, option=orjson.OPT_SORT_KEYS).decode()
    values: list[Any] = [
        new_id(), now, city_code, str(actor.kind), actor.account_id, action, target, target_id, str(outcome), text,
    ]  # fmt: skip
    return [*values, mac_of(values)]


def record_refusal(
    *,
    actor: Actor,
    action: str,
    target: str,
    target_id: int | None,
    reason: str,
    now: datetime,
    city_code: str = COUNTRY,
) -> None:
    """Record a refusal in a transaction of its own, after the operation's was rolled back. ``reason`` is a code."""
    with scope(actor):
        record(
            actor=actor, action=action, target=target, target_id=target_id, now=now, city_code=city_code,
            outcome=Outcome.REFUSED, details={"reason": reason},
        )  # fmt: skip


def mac_of(values: list[Any]) -> bytes:
    """Return the HMAC-SHA-256 of a row's columns, in table order, times in UTC microseconds."""
    parts = [_stable(value) for value in values]
    return hmac.digest(settings.SHIMIN.audit_key, orjson.dumps(parts), hashlib.sha256)


def _stable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
