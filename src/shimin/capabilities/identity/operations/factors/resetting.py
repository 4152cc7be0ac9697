"""Taking away how a member of staff proves to be themselves, when two administrators have agreed to it."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain import AccountStatus, EndReason
from shimin.capabilities.identity.models import Account, CodeGenerator, KnownDevice, Passkey, RecoveryCode, Session
from shimin.capabilities.identity.operations.factors.enrolling import note_change
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import NotFound


def reset_factors(account_id: int, now: datetime) -> None:
    """Take all ways but the password away and sign the officer out everywhere, in the caller's auth scope.

    Raises:
        NotFound: the account is closed.
    """
    account = Account.objects.select_for_update().filter(id=account_id, status=AccountStatus.ACTIVE).first()
    if account is None:
        raise NotFound
    for model in (CodeGenerator, RecoveryCode, Passkey, KnownDevice):
        model.objects.filter(account=account).delete()
    themselves = Actor(ActorKind.STAFF, account_id=account.id)
    open_ids = Session.objects.filter(account=account, ended_at=None).values_list("id", flat=True)
    end_rows(themselves, list(open_ids), EndReason.FACTORS_RESET, now)
    note_change(themselves, account, "reset", now)
