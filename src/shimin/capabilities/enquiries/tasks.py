"""Periodic jobs of the enquiries, run by the worker."""

from __future__ import annotations

from shimin.capabilities.enquiries.public import close_lost_lines, trim_cache, watch_sources
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(30, "enquiries.close_lost_lines")
def close_lost() -> None:
    """Close access-log lines that a dead process left open."""
    close_lost_lines(clock.now())


@every(30, "enquiries.trim_cache")
def trim() -> None:
    """Keep the rush cache within its bounds."""
    trim_cache(clock.now())


@every(20, "enquiries.watch_sources")
def watch() -> None:
    """Look whether the sources are there, and keep the callbacks that were promised."""
    watch_sources(clock.now())
