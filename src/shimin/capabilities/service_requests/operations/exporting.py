"""Hand requests of a city out for a file; who did is in the audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.catalogue.public import list_agencies
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

_PAGE = 1_000
_COLUMNS = (
    "number", "request_kind", "category", "region_code", "address", "filed_at", "state", "agency_id", "due_at",
    "answered_at", "ended_at", "level", "returns", "rating", "title", "words", "answer",
)  # fmt: skip
_NAMES = (
    "id", "kind", "category", "district", "address", "posted_at", "state", "agency", "due_at", "answered_at",
    "ended_at", "level", "returns", "rating", "subject", "body", "reply",
)  # fmt: skip
_READ = f"""
    SELECT id, {", ".join(_COLUMNS)} FROM service_requests_request
    WHERE city_code = %s AND filed_at >= %s AND filed_at < %s AND id > %s ORDER BY id LIMIT {_PAGE}
"""  # noqa: S608 - names only


def export_requests(
    *, city_code: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the requests of a city filed in [starts_at, ends_at) by pages, each in a transaction of its own.

    ``agency`` is its slug, "" without one. For the operator's command: it reads as the system and leaves an audit row.
    """
    slugs = {agency.id: agency.slug for agency in list_agencies()}
    with scope(SYSTEM):
        audit.record(
            actor=SYSTEM, action="service_requests.export", target="city", target_id=int(city_code), now=now,
            city_code=city_code, details={"from": starts_at.isoformat(), "to": ends_at.isoformat()},
        )  # fmt: skip
    last = 0
    while True:
        with scope(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_READ, [city_code, starts_at, ends_at, last])
            rows = cursor.fetchall()
        for request_id, *values in rows:
            last = request_id
            row = dict(zip(_NAMES, values, strict=True))
            yield {**row, "agency": slugs.get(row["agency"], "")}
        if len(rows) < _PAGE:
            return
