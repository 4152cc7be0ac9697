"""Figures for Prometheus: requests, calls to sources, delivered events.

Web and worker processes share a folder of counters (prometheus-client's multiprocess mode), so one scrape shows all.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def _share_counters() -> None:
    """Point serving processes to one folder, before prometheus_client is imported; drop the files of dead ones."""
    if settings.SHIMIN.process == "owner" or FOLDER_VARIABLE in os.environ:
        return
    folder = Path(settings.SHIMIN.data_dir) / "run" / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*_*.db"):
        if not Path("/proc", file.stem.rpartition("_")[2]).exists():
            file.unlink(missing_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


_share_counters()

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess  # noqa: E402

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_registry = CollectorRegistry()
_requests = Histogram(
    "shimin_request_seconds", "Time to answer", ["route", "status"], buckets=_SECONDS, registry=_registry
)
_sources = Histogram(
    "shimin_source_seconds",
    "Time of a call to a department",
    ["system", "outcome"],
    buckets=_SECONDS,
    registry=_registry,
)
_events = Counter("shimin_events_total", "Events delivered or failed", ["outcome"], registry=_registry)
_known: dict[tuple[str, int], Histogram] = {}


def observe_request(route: str, status: int, seconds: float) -> None:
    """Count one answer. ``route`` is the pattern, so the number of series is bounded."""
    child = _known.get((route, status))
    if child is None:
        child = _known[route, status] = _requests.labels(route, str(status))
    child.observe(seconds)


def observe_source(system: str, outcome: str, seconds: float) -> None:
    """Count one call to a department; ``outcome`` is "ok" or the error's code."""
    _sources.labels(system, outcome).observe(seconds)


def count_events(outcome: str, number: int) -> None:
    """Count events the relay has "delivered" or "failed"."""
    _events.labels(outcome).inc(number)


def exposition() -> bytes:
    """Return all figures in Prometheus' text format."""
    if FOLDER_VARIABLE not in os.environ:
        return generate_latest(_registry)
    merged = CollectorRegistry()
    multiprocess.MultiProcessCollector(merged)  # type: ignore[no-untyped-call]
    return generate_latest(merged)
