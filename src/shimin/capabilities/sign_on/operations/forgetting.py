"""Clearing up: requests nobody finished, codes and tokens that ran out."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.sign_on.domain.clients import AUTHORISATION_LIFETIME
from shimin.capabilities.sign_on.models import (
    Authorisation,
    LinkAttempt,
    LogoutNotice,
    SigningKey,
    Token,
    UsedAssertion,
    WaitingRequest,
)
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

# A code or a used refresh token has to be known as long as somebody could show it again to some effect; an ended
# authorisation stays half a year as a record of who signed in where (网络安全法 21).
_KEPT = timedelta(days=180)


def forget_old(now: datetime) -> int:
    """Delete what is of no use any more and return how many rows; the worker calls it."""
    with scope(SYSTEM):
        gone = WaitingRequest.objects.filter(expires_at__lte=now).delete()[0]
        gone += SigningKey.objects.filter(published_until__lte=now).delete()[0]
        gone += Token.objects.filter(expires_at__lte=now - timedelta(days=1)).delete()[0]
        gone += Authorisation.objects.filter(begun_at__lte=now - AUTHORISATION_LIFETIME - _KEPT).delete()[0]
        gone += LinkAttempt.objects.filter(expires_at__lte=now).delete()[0]
        gone += UsedAssertion.objects.filter(kept_until__lte=now).delete()[0]
        gone += LogoutNotice.objects.filter(made_at__lte=now - timedelta(days=7)).delete()[0]
    return int(gone)
