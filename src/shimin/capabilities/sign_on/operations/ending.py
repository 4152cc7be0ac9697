"""Ending authorisations: whatever hangs on one is worthless from then on. Runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shimin.capabilities.sign_on.domain.clients import AuthorisationEnd
from shimin.capabilities.sign_on.events import AuthorisationEnded
from shimin.capabilities.sign_on.models import Authorisation, LogoutNotice
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.ids import new_id


def end_authorisations(*, actor: Actor, ids: Iterable[int], reason: AuthorisationEnd, now: datetime) -> int:
    """End those that are open, with audit and event for each; return how many."""
    found = Authorisation.objects.select_for_update(of=("self",)).select_related("client").order_by("id")
    rows = list(found.filter(id__in=list(ids), ended_at=None))
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
    queue_notices(rows, now)
    return len(rows)


def queue_notices(rows: Iterable[Authorisation], now: datetime) -> None:
    """Have systems told that somebody signed out, those that asked for it. ``rows`` carry their client."""
    LogoutNotice.objects.bulk_create(
        LogoutNotice(
            id=new_id(), client=row.client, authorisation_id=row.id, subject=row.subject, made_at=now, next_try_at=now
        )
        for row in rows
        if row.client.logout_url
    )
