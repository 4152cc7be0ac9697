"""The kernel's own periodic jobs: partitions ahead of time, and the forgetting of what has served its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from shimin.kernel import clock, rate
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.worker.periodic import every

MONTHS_AHEAD = 3
RECEIPTS_KEPT = timedelta(days=30)
HEARTBEATS_KEPT = timedelta(days=1)


@every(3600, "kernel.make_partitions")
def make_partitions() -> None:
    """Have the next months' partitions ready; rows that fell into DEFAULT meanwhile move to their month."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '4s'")
        cursor.execute("SELECT kernel_make_partitions(%s)", [MONTHS_AHEAD])


@every(60, "kernel.forget_limits")
def forget_limits() -> None:
    """Drop the windows of rate limits that have ended."""
    with scope(SYSTEM):
        rate.forget_old(clock.now())


@every(3600, "kernel.forget_receipts")
def forget_receipts() -> None:
    """Drop receipts of events delivered long ago and the heartbeats of workers long gone."""
    with scope(SYSTEM):
        _forget(clock.now())


def count_default_rows() -> dict[str, int]:
    """Return how many rows lie in the DEFAULT partitions (none, while partitions are made ahead)."""
    counts = {}
    with connection.cursor() as cursor:
        for table in ("kernel_event_default", "kernel_audit_default"):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - constants
            (counts[table],) = cursor.fetchone()
    return counts


def _forget(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_event_receipt WHERE done_at < %s", [now - RECEIPTS_KEPT])
        cursor.execute("DELETE FROM kernel_heartbeat WHERE beat_at < %s", [now - HEARTBEATS_KEPT])
