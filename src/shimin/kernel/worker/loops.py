"""The worker's loops: one thread and one database connection each; any of them outlives a restart of the database."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import connection, connections
from django.db.utils import InterfaceError, OperationalError

from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.audit.sealing import seal_batch
from shimin.kernel.db import scope
from shimin.kernel.events.relay import BATCH, relay_batch
from shimin.kernel.worker.periodic import jobs, run_if_due

Step = Callable[[], bool]
END_SECONDS = 4.5
LONGEST_WAIT = 5.0
log = structlog.get_logger("shimin.worker")

_BEAT = """
    INSERT INTO kernel_heartbeat (name, beat_at) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
"""


@dataclass(frozen=True, slots=True)
class Loop:
    """A step that tells whether it found work; without work it waits, from ``shortest`` to ``longest`` seconds."""

    name: str
    step: Step
    shortest: float
    longest: float

    def run(self, stop: threading.Event) -> None:
        """Repeat the step until ``stop``; a failing step is logged and tried again, ever more slowly."""
        wait = self.shortest
        try:
            while not stop.is_set():
                try:
                    found = self.step()
                except (OperationalError, InterfaceError) as error:
                    log.warning("database.unavailable", loop=self.name, error=type(error).__name__)
                    found, wait = False, max(wait, LONGEST_WAIT / 2)
                    connection.close()
                except Exception as error:
                    log.error("loop.failed", loop=self.name, exc_info=error)
                    found, wait = False, LONGEST_WAIT
                    connection.close()
                if found:
                    wait = self.shortest
                else:
                    stop.wait(wait)
                    wait = min(wait * 2, self.longest)
        finally:
            connections.close_all()


def loops() -> list[Loop]:
    """Return the loops of one worker process. Two run periodic jobs, so that a long one holds up only itself."""
    return [
        # Only a full batch is followed at once: a look for each single event would cost as much as what it tells of.
        Loop("relay", lambda: relay_batch(clock.now()) >= BATCH, 0.1, 0.25),
        Loop("sealer", lambda: seal_batch(clock.now()) > 0, 1.0, 5.0),
        Loop("periodic-1", run_due_jobs, 0.5, 1.0),
        Loop("periodic-2", run_due_jobs, 0.7, 1.0),
        Loop("heartbeat", beat, 5.0, 5.0),
    ]


def run_loops(stop: threading.Event, made: list[Loop] | None = None) -> bool:
    """Run the loops until ``stop`` and tell whether all ended within END_SECONDS.

    A loop left behind is cut off with the process; its transaction rolls back.
    """
    threads = [
        threading.Thread(target=loop.run, args=[stop], name=loop.name, daemon=True)
        for loop in (loops() if made is None else made)
    ]
    for thread in threads:
        thread.start()
    log.info("worker.started", loops=len(threads))
    while not stop.wait(1.0):
        if dead := [thread.name for thread in threads if not thread.is_alive()]:
            log.error("loop.died", loops=dead)  # end: the supervisor starts a whole worker again
            stop.set()
            _join(threads)
            return False
    ended = _join(threads)
    log.info("worker.ended", orderly=ended)
    return ended


def run_due_jobs() -> bool:
    """Run every periodic job that is due. Never "found work": the timetable needs a look every second at most."""
    for job in jobs.values():
        run_if_due(job, clock.now)
    return False


def beat() -> bool:
    """Leave a sign of life for operators."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_BEAT, [f"worker {socket.gethostname()}:{os.getpid()}", clock.now()])
    return False


def _join(threads: list[threading.Thread]) -> bool:
    deadline = time.monotonic() + END_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)
