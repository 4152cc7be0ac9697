"""The states of a message, one per recipient; how people are told of what came, and when they are left in peace."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from shimin.kernel.clock import CHINA


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

FORWARDED_LIFETIME = timedelta(hours=2)
MOST_TEXTS_A_DAY = 5
WAKES, SLEEPS = time(9), time(20)


class Way(StrEnum):
    """How somebody is told that messages are in the inbox: not at all, by a text at once, or by one each morning."""

    INBOX = "inbox"
    AT_ONCE = "at_once"
    DAILY = "daily"


def is_quiet(now: datetime) -> bool:
    """Whether people are not to be disturbed: from eight in the evening to nine in the morning, China's time."""
    return not WAKES <= now.astimezone(CHINA).time() < SLEEPS


def next_morning(now: datetime) -> datetime:
    """Return the next nine in the morning in China after ``now``."""
    local = now.astimezone(CHINA)
    day = local.date() if local.time() < WAKES else local.date() + timedelta(days=1)
    return datetime.combine(day, WAKES, CHINA)


def can_become(before: NoticeState, after: NoticeState) -> bool:
    """Tell whether a message may go from one state to the other."""
    return after in TRANSITIONS[before]
