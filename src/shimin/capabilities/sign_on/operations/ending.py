"""Ending authorisations: whatever hangs on one is worthless from then on. Runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shimin.capabilities.sign_on.domain.clients import AuthorisationEnd
from shimin.capabilities.sign_on.events import AuthorisationEnded
from shimin.capabilities.sign_on.models import Authorisation
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor


def end_authorisations(*, actor: Actor, ids: Iterable[int], reason: AuthorisationEnd, now: datetime) -> int:
    """End those that are open, with audit and event for each; return how many."""
    rows = list(Authorisation.objects.select_for_update().filter(id__in=list(ids), ended_at=None).order_by("id"))
    Authorisation.objects.filter(id__in=[row.id for row in rows]).update(ended_at=now, end_reason=reason)
    for row in rows:
        audit.record(
            actor=actor, action="sign_on.end_authorisation", target="authorisation", target_id=row.id, now=now,
            details={"reason": reason, "client": str(row.client_id)},
        )  # fmt: skip
        event = AuthorisationEnded(
            authorisation_id=row.id, account_id=row.account_id, client_id=row.client_id, reason=reason
        )
        events.emit(event, aggregate="sign_on.authorisation", aggregate_id=row.id, version=1, now=now)
    return len(rows)
