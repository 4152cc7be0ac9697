"""Deleting what has served its time (PIPL 19: kept no longer than needed)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from shimin.capabilities.identity.domain.counter import ActState
from shimin.capabilities.identity.models import (
    CounterAct,
    KeptForm,
    KnownDevice,
    RecoverySheet,
    RiskDecision,
    ScreenSignIn,
    Session,
    SpentChallenge,
    VerificationCode,
)
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

_CODES_KEPT = timedelta(days=1)
_SESSIONS_KEPT = timedelta(days=180)  # 网络安全法 21: network logs for six months
_SHEETS_KEPT = timedelta(days=30)  # as long as its act may be disputed
_DEVICES_KEPT = timedelta(days=400)  # no browser keeps the cookie longer


def forget_old(now: datetime) -> dict[str, int]:
    """Delete old codes and sheets, ended or expired sessions, and devices long unseen; return how many of each.

    What an officer read from papers is forgotten when nobody agreed in time.
    """
    over = now - _SESSIONS_KEPT
    with scope(SYSTEM):
        CounterAct.objects.filter(state=ActState.WAITING, asked_at__lt=now - _CODES_KEPT).update(
            state=ActState.REFUSED, claim=b""
        )
        RecoverySheet.objects.filter(expires_at__lt=now - _SHEETS_KEPT).delete()
        codes, _ = VerificationCode.objects.filter(expires_at__lt=now - _CODES_KEPT).delete()
        challenges, _ = SpentChallenge.objects.filter(expires_at__lt=now).delete()
        sessions, _ = Session.objects.filter(Q(ended_at__lt=over) | Q(expires_at__lt=over)).delete()
        KeptForm.objects.filter(expires_at__lt=now).delete()
        ScreenSignIn.objects.filter(expires_at__lt=now - _CODES_KEPT).delete()
        RiskDecision.objects.filter(decided_at__lt=over).delete()
        devices, _ = KnownDevice.objects.filter(last_seen_at__lt=now - _DEVICES_KEPT).delete()
    return {"codes": codes, "challenges": challenges, "sessions": sessions, "devices": devices}
