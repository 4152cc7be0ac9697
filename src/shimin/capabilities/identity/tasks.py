"""Clearing up: what identity need not know any longer is deleted."""

from __future__ import annotations

from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.capabilities.identity.operations.telling import tell_of_ends
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(3_600, "identity.forget_old")
def forget() -> None:
    """Delete old codes, sessions and devices."""
    forget_old(clock.now())


@every(3_600, "identity.tell_of_ends")
def tell() -> None:
    """Tell people whose proof ends within thirty days."""
    while tell_of_ends(clock.now()):
        pass
