"""Wait until the worker has done what follows from what was measured, and what all of it has cost."""

from __future__ import annotations

import time

import psycopg

from bench.installation import Installation
from bench.usage import cpu_ms, database_pids, family
from shimin.launch.faults import Fault

_IDLE = """
    SELECT (SELECT count(*) FROM kernel_event WHERE done_at IS NULL AND dead_at IS NULL)
         + (SELECT count(*) FROM kernel_audit WHERE seal_id IS NULL)
"""


def wait_until_idle(installation: Installation, longest_seconds: float = 60.0) -> None:
    """Wait until every event is relayed and every audit row sealed.

    Raises:
        Fault: the worker does not keep up.
    """
    ends_at = time.monotonic() + longest_seconds
    with psycopg.connect(installation.database_url, autocommit=True) as connection:
        while (connection.execute(_IDLE).fetchone() or (0,))[0]:
            if time.monotonic() > ends_at:
                raise Fault("The worker does not keep up", "read the worker's log.")
            time.sleep(0.1)


def spent_ms(installation: Installation) -> float:
    """Return the CPU milliseconds that web, worker and PostgreSQL have used so far."""
    pids = [*family(installation.pid_of("web")), *family(installation.pid_of("worker"))]
    return cpu_ms([*pids, *database_pids(installation.database_url)])
