"""Jobs that come round by themselves; the worker runs each in one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

Job = Callable[[], None]
log = structlog.get_logger("shimin.periodic")

# Taken only when the last start is long enough ago; the row is the timetable that all processes share.
_CLAIM = """
    INSERT INTO kernel_periodic_run AS r (name, started_at, last_error) VALUES (%s, %s, '')
    ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at, finished_at = NULL
    WHERE r.started_at <= %s RETURNING name
"""
_FINISH = "UPDATE kernel_periodic_run SET finished_at = %s, last_error = %s WHERE name = %s"


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job with its stable name ("enquiries.trim_cache") and its pause in seconds."""

    name: str
    seconds: float
    run: Job


jobs: dict[str, PeriodicJob] = {}


def every(seconds: float, name: str) -> Callable[[Job], Job]:
    """Register a function to be run every ``seconds``; it opens its own scope and may run again after a crash."""

    def register(job: Job) -> Job:
        if name in jobs:
            raise ValueError(f"periodic job {name!r} is registered twice")
        jobs[name] = PeriodicJob(name, seconds, job)
        return job

    return register


def run_if_due(job: PeriodicJob, now: Callable[[], datetime]) -> bool:
    """Run the job unless it ran lately or runs elsewhere; tell whether it ran. A failure is logged and noted.

    Raises:
        OperationalError, InterfaceError: the database is away; the caller waits and connects anew.
    """
    with _alone(job.name) as is_alone:
        if not is_alone or not _claim(job, now()):
            return False
        failure = ""
        try:
            job.run()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            failure = type(error).__name__
            log.error("periodic.failed", job=job.name, exc_info=error)
        with connection.cursor() as cursor:
            cursor.execute(_FINISH, [now(), failure, job.name])
        return True


def _claim(job: PeriodicJob, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [job.name, now, now - timedelta(seconds=job.seconds)])
        return cursor.fetchone() is not None


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Hold the job's lock on this connection: a process that dies lets go of it with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('kernel.periodic'), hashtext(%s))", [name])
        (locked,) = cursor.fetchone()
    try:
        yield locked
    finally:
        if locked and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('kernel.periodic'), hashtext(%s))", [name])
