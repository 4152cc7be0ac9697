"""Reading the outbox and the audit: what an operation told others and wrote down."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection


def emitted(name: str) -> list[dict[str, Any]]:
    """Return the payloads of all events with this name, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload::text FROM kernel_event WHERE name = %s ORDER BY id", [name])
        return [orjson.loads(payload) for (payload,) in cursor.fetchall()]


def refusals() -> list[str]:
    """Return the reasons of all audited refusals, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT details::jsonb ->> 'reason' FROM kernel_audit WHERE outcome = 'refused' ORDER BY id")
        return [reason for (reason,) in cursor.fetchall()]
