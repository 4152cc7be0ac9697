"""What the worker clears up after look-ups: lines that a dead process left open, and the rush cache."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.models import Enquiry
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

LOST_AFTER = timedelta(minutes=2)
BATCH = 500

_OVERFULL = """
    SELECT version_id, max(bound) FROM enquiries_cached_extract GROUP BY version_id HAVING count(*) > max(bound)
"""
_TRIM = """
    DELETE FROM enquiries_cached_extract WHERE id IN (
        SELECT id FROM enquiries_cached_extract WHERE version_id = %s ORDER BY expires_at DESC, id DESC OFFSET %s
    )
"""


def close_lost_lines(now: datetime) -> int:
    """Close lines whose process died between the two transactions, and return how many.

    The department may have answered, so the end is unknown, and the person can see that.
    """
    with scope(SYSTEM):
        lost = list(
            Enquiry.objects.select_for_update(skip_locked=True)
            .filter(outcome=Outcome.PENDING, started_at__lt=now - LOST_AFTER)
            .values_list("id", "city_code")[:BATCH]
        )
        Enquiry.objects.filter(id__in=[line_id for line_id, _ in lost]).update(
            outcome=Outcome.UNKNOWN, reason="process_ended", finished_at=now
        )
        for line_id, city_code in lost:
            audit.record(
                actor=SYSTEM, action="enquiries.close_lost", target="enquiry", target_id=line_id, now=now,
                city_code=city_code,
            )  # fmt: skip
    return len(lost)


def trim_cache(now: datetime) -> int:
    """Delete what has expired, and of each version the oldest beyond its bound; return how many rows went."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute("DELETE FROM enquiries_cached_extract WHERE expires_at <= %s", [now])
        gone = int(cursor.rowcount)
        cursor.execute(_OVERFULL)
        for version_id, bound in cursor.fetchall():
            cursor.execute(_TRIM, [version_id, bound])
            gone += int(cursor.rowcount)
    return gone
