"""Jobs that come round by themselves; the worker runs each in one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Job = Callable[[], None]


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
