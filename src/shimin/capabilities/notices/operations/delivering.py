"""Carrying texts to phones: claimed in a short transaction, handed over with none open, then noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from shimin.capabilities.notices.domain import MAX_ATTEMPTS, TEXT_KEPT, NoticeState, can_become
from shimin.capabilities.notices.models import TEXT, TEXT_PHONE, TextMessage
from shimin.capabilities.notices.ports import TextChannel, get_text_channel
from shimin.kernel.actor import SYSTEM
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import DomainError, Unavailable

log = structlog.get_logger("shimin.notices")

_BATCH = 50
_PAUSE = timedelta(seconds=15)  # doubled with every attempt; also the time after which a crashed worker's claim is free


@dataclass(frozen=True, slots=True)
class _Claim:
    message_id: int
    attempts: int
    phone: str
    text: str


def deliver_texts(now: datetime) -> int:
    """Hand due texts to the gateway and return how many it took.

    After a crash a text may go twice; none is lost silently.

    Without a gateway nothing happens: in the demo the message box shows texts at once.
    """
    channel = get_text_channel()
    if channel is None:
        return 0
    return sum(_carry(channel, claim, now) for claim in _claim_due(now))


def forget_texts(now: datetime) -> int:
    """Delete texts older than a week and return how many."""
    with scope(SYSTEM):
        return TextMessage.objects.filter(created_at__lt=now - TEXT_KEPT).delete()[0]


def _claim_due(now: datetime) -> list[_Claim]:
    with scope(SYSTEM):
        queued = TextMessage.objects.filter(state=NoticeState.QUEUED)
        queued.filter(expires_at__lte=now).update(state=NoticeState.FAILED, changed_at=now)
        due = queued.filter(next_attempt_at__lte=now).order_by("next_attempt_at").select_for_update(skip_locked=True)
        rows = list(due[:_BATCH])
        for row in rows:
            row.attempts, row.next_attempt_at = row.attempts + 1, now + _PAUSE * 2**row.attempts
        TextMessage.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return [
        _Claim(
            row.id, row.attempts, decrypt(bytes(row.phone), context=TEXT_PHONE), decrypt(bytes(row.text), context=TEXT)
        )
        for row in rows
    ]


def _carry(channel: TextChannel, claim: _Claim, now: datetime) -> bool:
    require_no_transaction()
    try:
        channel.send(message_id=claim.message_id, phone=claim.phone, text=claim.text)
    except Unavailable as down:
        log.warning("text.delayed", message_id=claim.message_id, attempts=claim.attempts, reason=down.code)
        if claim.attempts >= MAX_ATTEMPTS:
            _move(claim, NoticeState.FAILED, now)
        return False
    except DomainError as refused:
        log.warning("text.refused", message_id=claim.message_id, reason=refused.code)
        _move(claim, NoticeState.FAILED, now)
        return False
    _move(claim, NoticeState.SENT, now)
    return True


def _move(claim: _Claim, state: NoticeState, now: datetime) -> None:
    before = [str(each) for each in NoticeState if can_become(each, state)]
    with scope(SYSTEM):
        TextMessage.objects.filter(id=claim.message_id, state__in=before).update(state=state, changed_at=now)
