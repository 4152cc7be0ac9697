"""The states of a message, one per recipient."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class NoticeState(StrEnum):
    """Where a message is on its way to one recipient."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


# From → to. An inbox notice is delivered by being written; a text is queued, handed over (sent), then confirmed or not.
TRANSITIONS: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.QUEUED: frozenset({NoticeState.SENT, NoticeState.FAILED}),
    NoticeState.SENT: frozenset({NoticeState.DELIVERED, NoticeState.FAILED}),
    NoticeState.DELIVERED: frozenset({NoticeState.READ}),
    NoticeState.READ: frozenset(),
    NoticeState.FAILED: frozenset(),
}

MAX_ATTEMPTS = 5
TEXT_LIFETIME = timedelta(minutes=10)  # a code that comes later is of no use and only alarms
LETTER_LIFETIME = timedelta(days=1)
TEXT_KEPT = timedelta(days=7)  # long enough to answer "I got no code"


def can_become(before: NoticeState, after: NoticeState) -> bool:
    """Tell whether a message may go from one state to the other."""
    return after in TRANSITIONS[before]
