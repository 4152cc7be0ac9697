"""Keep the counts of the desk within the time they are read for."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.catalogue.models import UsageCount, ZeroHit
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

USAGE_DAYS = 800  # two years beside each other
MISSED_DAYS = 90


def forget_old_counts(now: datetime) -> int:
    """Delete usage older than 800 days and missed requests older than 90; return how many rows went."""
    today = clock.local_date(now)
    with scope(SYSTEM):
        used, _ = UsageCount.objects.filter(day__lt=today - timedelta(days=USAGE_DAYS)).delete()
        missed, _ = ZeroHit.objects.filter(day__lt=today - timedelta(days=MISSED_DAYS)).delete()
    return used + missed
