"""Telling people in time that what they have proved ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from shimin.capabilities.identity.domain import AccountStatus
from shimin.capabilities.identity.models import LevelProof
from shimin.capabilities.notices.public import send_notice
from shimin.kernel.actor import SYSTEM, AssuranceLevel
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope

AHEAD = timedelta(days=30)
_BATCH = 500


def tell_of_ends(now: datetime) -> int:
    """Send a message for every proof that ends within thirty days, once; return how many. For the worker.

    Only the proof that the account's level rests on counts: an older one ends unseen.
    """
    with scope(SYSTEM):
        ending = LevelProof.objects.filter(
            told_at=None, level__gte=AssuranceLevel.REAL_NAME, expires_at__gt=now, expires_at__lte=now + AHEAD,
            account__level_until=F("expires_at"), account__status=AccountStatus.ACTIVE,
        )  # fmt: skip
        rows = list(ending.select_for_update(of=("self",), skip_locked=True).order_by("id")[:_BATCH])
        for account_id, ends_at in {row.account_id: row.expires_at for row in rows}.items():
            assert ends_at is not None
            day = local_date(ends_at - timedelta(seconds=1))
            values = {"day": f"{day.year}年{day.month}月{day.day}日"}
            send_notice(account_id=account_id, template="identity.proof_ends", values=values, now=now)
        LevelProof.objects.filter(id__in=[row.id for row in rows]).update(told_at=now)
    return len(rows)
