"""Signing a screen in from a phone: states and times."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

LIFETIME = timedelta(minutes=3)  # from the code on the screen to the last press there


class ScreenState(StrEnum):
    """waiting → approved → used; or denied. A code whose time is over is worthless in any state."""

    WAITING = "waiting"
    APPROVED = "approved"
    DENIED = "denied"
    USED = "used"
