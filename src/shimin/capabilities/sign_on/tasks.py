"""Periodic work of sign-on."""

from __future__ import annotations

from shimin.capabilities.sign_on.public import forget_old, rotate
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(3_600, "sign_on.rotate_keys")
def rotate_due_keys() -> None:
    """Make the next keys when the present ones have signed for three months."""
    rotate(clock.now())


@every(3_600, "sign_on.forget_old")
def forget() -> None:
    """Delete what ran out."""
    forget_old(clock.now())
