"""What the worker does for the look-ups: closes lines a dead process left, trims the cache, watches the sources."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.models import CallbackRequest, Enquiry, SourceHealth
from shimin.capabilities.enquiries.operations.callbacks import BATCH as CALLBACK_BATCH
from shimin.capabilities.enquiries.operations.callbacks import tell_those_waiting
from shimin.capabilities.enquiries.ports import record_source
from shimin.capabilities.enquiries.queries.offers import list_systems
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

LOST_AFTER = timedelta(minutes=2)
WINDOW = timedelta(minutes=15)
# Nobody is called back to a source that comes and goes; by then the circuit breakers of the web have closed, too.
BACK_FOR = timedelta(minutes=1)
BATCH = 500

_OVERFULL = """
    SELECT version_id, max(bound) FROM enquiries_cached_extract GROUP BY version_id HAVING count(*) > max(bound)
"""
_TRIM = """
    DELETE FROM enquiries_cached_extract WHERE id IN (
        SELECT id FROM enquiries_cached_extract WHERE version_id = %s ORDER BY expires_at DESC, id DESC OFFSET %s
    )
"""
_BEHAVIOUR = """
    SELECT system, count(*), count(*) FILTER (WHERE outcome = 'unavailable'),
           count(*) FILTER (WHERE outcome = 'rejected'),
           (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
               FILTER (WHERE outcome IN ('found', 'empty')) * 1000)::int
    FROM enquiries_enquiry
    WHERE started_at > %s AND NOT from_cache AND outcome NOT IN ('refused', 'pending')
    GROUP BY system
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


def watch_sources(now: datetime) -> None:
    """Ask every source whether it is there, tell those who waited, and renew what the desk shows.

    No transaction is open while a source is asked.
    """
    systems = list_systems()
    up = {system.name: record_source().is_up(system) for system, *_ in systems}
    with scope(SYSTEM):
        before = {row.system: row for row in SourceHealth.objects.all()}
    for name, row in before.items():
        if up.get(name) and row.is_up and row.changed_at <= now - BACK_FOR:
            _tell_all(name, now)
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_BEHAVIOUR, [now - WINDOW])
            behaviour = {row[0]: row[1:] for row in cursor.fetchall()}
        waiting = dict(CallbackRequest.objects.filter(told_at=None).values_list("system").annotate(count=Count("id")))
        for system, agency_id, agency_name, city_code in systems:
            _renew(
                before.get(system.name), system.name, is_up=up[system.name], agency_id=agency_id,
                agency_name=agency_name, city_code=city_code, waiting=waiting.get(system.name, 0),
                behaviour=behaviour.get(system.name, (0, 0, 0, None)), now=now,
            )  # fmt: skip


def _tell_all(system: str, now: datetime) -> None:
    while tell_those_waiting(system=system, now=now) == CALLBACK_BATCH:
        continue


def _renew(
    before: SourceHealth | None,
    system: str,
    *,
    is_up: bool,
    agency_id: int,
    agency_name: str,
    city_code: str,
    waiting: int,
    behaviour: tuple[int, int, int, int | None],
    now: datetime,
) -> None:
    reads, failures, rejections, median_ms = behaviour
    SourceHealth(
        system=system, agency_id=agency_id, agency_name=agency_name, city_code=city_code, is_up=is_up, checked_at=now,
        changed_at=before.changed_at if before and before.is_up == is_up else now,
        reads=reads, failures=failures, rejections=rejections, median_ms=median_ms, waiting=waiting,
    ).save(force_insert=before is None, force_update=before is not None)  # fmt: skip
