"""Periodic work of sign-on."""

from __future__ import annotations

from shimin.capabilities.sign_on.public import forget_old, rotate, tell_sign_outs
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(1, "sign_on.tell_sign_outs")
def tell() -> None:
    """Tell systems who signed out."""
    while tell_sign_outs(clock.now()):
        continue


@every(3_600, "sign_on.rotate_keys")
def rotate_due_keys() -> None:
    """Make the next keys when the present ones have signed for three months."""
    rotate(clock.now())


@every(3_600, "sign_on.forget_old")
def forget() -> None:
    """Delete what ran out."""
    forget_old(clock.now())
