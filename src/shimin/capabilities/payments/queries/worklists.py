"""What the worker has to look at."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.payments.domain.orders import UNPAID
from shimin.capabilities.payments.models import Order
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def list_expired(now: datetime, limit: int) -> list[int]:
    """Return some unpaid orders whose time to pay is over.

    By chance, not the oldest first: orders of a gateway that is down would hold up all others.
    """
    states = [str(state) for state in UNPAID]
    with scope(SYSTEM):
        rows = Order.objects.filter(state__in=states, expires_at__lte=now).order_by("?")
        return list(rows.values_list("id", flat=True)[:limit])
