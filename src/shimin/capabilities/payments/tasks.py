"""Periodic jobs of payments, run by the worker."""

from __future__ import annotations

from shimin.capabilities.payments.public import (
    close_expired_orders,
    poll_attempts,
    send_due_refunds,
    settle_due_lines,
)
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(1, "payments.settle")
def settle() -> None:
    """Tell keepers of debts that money has come in, or gone back."""
    while settle_due_lines(clock.now()):
        continue


@every(2, "payments.poll")
def poll() -> None:
    """Ask gateways about tries that nobody has told us of."""
    while poll_attempts(clock.now()):
        continue


@every(5, "payments.refund")
def refund() -> None:
    """Send refunds that were agreed to."""
    while send_due_refunds(clock.now()):
        continue


@every(20, "payments.close_expired")
def close_expired() -> None:
    """Close orders that nobody pays."""
    close_expired_orders(clock.now())
