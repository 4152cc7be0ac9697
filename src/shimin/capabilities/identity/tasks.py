"""Clearing up: what identity need not know any longer is deleted."""

from __future__ import annotations

from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(3_600, "identity.forget_old")
def forget() -> None:
    """Delete old codes, sessions and devices."""
    forget_old(clock.now())
