"""What follows from elsewhere: a consent taken back, a session ended, an account closed. The worker runs it."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import stands_consent
from shimin.capabilities.sign_on.domain.claims import Scope, purpose_code
from shimin.capabilities.sign_on.domain.clients import AuthorisationEnd
from shimin.capabilities.sign_on.models import Authorisation, ConnectedSystem, LinkedIdentity
from shimin.capabilities.sign_on.operations.ending import end_authorisations, queue_notices
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def end_of_consent(*, account_id: int, purpose: str, now: datetime) -> None:
    """End what rests on a consent that was taken back; one that was given anew in the meantime stays.

    Nothing waits for this: codes, refreshes and userinfo ask for the consent itself.
    """
    with scope(SYSTEM):
        if stands_consent(account_id, purpose):
            return
        for system in ConnectedSystem.objects.select_for_update().filter(account_id=account_id, ended_at=None):
            if purpose_code(system.client_id) == purpose:
                ConnectedSystem.objects.filter(id=system.id).update(ended_at=now)
                open_ones = Authorisation.objects.filter(
                    account_id=account_id, client_id=system.client_id, ended_at=None
                )
                ids = list(open_ones.values_list("id", flat=True))
                end_authorisations(actor=SYSTEM, ids=ids, reason=AuthorisationEnd.CONSENT_WITHDRAWN, now=now)


def end_of_session(*, session_id: int, now: datetime) -> None:
    """End what a session gave, except what was agreed to outlive it (offline_access)."""
    with scope(SYSTEM):
        rows = list(Authorisation.objects.select_related("client").filter(session_id=session_id, ended_at=None))
        ids = [row.id for row in rows if Scope.OFFLINE_ACCESS not in row.scopes]
        # The person is signed out there too; what they agreed to goes on without them.
        queue_notices([row for row in rows if row.id not in ids], now)
        end_authorisations(actor=SYSTEM, ids=ids, reason=AuthorisationEnd.SIGNED_OUT, now=now)


def end_of_account(*, account_id: int, now: datetime) -> int:
    """End everything of an account and forget which systems knew it; return how many rows went."""
    with scope(SYSTEM):
        ids = list(Authorisation.objects.filter(account_id=account_id, ended_at=None).values_list("id", flat=True))
        end_authorisations(actor=SYSTEM, ids=ids, reason=AuthorisationEnd.ACCOUNT_CLOSED, now=now)
        LinkedIdentity.objects.filter(account_id=account_id).delete()
        return int(ConnectedSystem.objects.filter(account_id=account_id).delete()[0])
