"""Refusals are audited too, after the operation's own transaction was rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.errors import DomainError, TooManyRequests, Unavailable


@contextmanager
def refusals_recorded(actor: Actor, action: str, now: datetime) -> Iterator[None]:
    """Record a DomainError of the block as a refusal of ``action``, then let it pass.

    Limits and outages are left out: a flood of them must not become a flood of audit rows.
    """
    try:
        yield
    except (TooManyRequests, Unavailable):
        raise
    except DomainError as error:
        audit.record_refusal(
            actor=actor, action=action, target="account", target_id=actor.account_id, reason=error.code, now=now
        )
        raise
