"""Periodic jobs of billing, run by the worker."""

from __future__ import annotations

from shimin.capabilities.payments.billing.public import remind_due_accounts
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(60, "billing.remind")
def remind() -> None:
    """Remind people of bills that are due soon, or overdue."""
    while remind_due_accounts(clock.now()):
        continue
