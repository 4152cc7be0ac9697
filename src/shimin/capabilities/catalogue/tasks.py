"""Periodic jobs of the catalogue, run by the worker."""

from __future__ import annotations

from shimin.capabilities.catalogue.public import forget_old_counts
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(24 * 3600, "catalogue.forget_old_counts")
def forget() -> None:
    """Delete counts that nobody reads any more."""
    forget_old_counts(clock.now())
