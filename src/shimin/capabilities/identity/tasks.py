"""Clearing up: what identity need not know any longer is deleted; merges are carried on and sealed."""

from __future__ import annotations

from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.capabilities.identity.operations.merging.carrying import carry_all
from shimin.capabilities.identity.operations.merging.sealing import seal_merges
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


@every(300, "identity.carry_merges")
def carry_merges() -> None:
    """Bring along what was written for an account while it was being joined to another."""
    carry_all(clock.now())


@every(3_600, "identity.seal_merges")
def seal() -> None:
    """Seal merges whose days are over."""
    seal_merges(clock.now())
