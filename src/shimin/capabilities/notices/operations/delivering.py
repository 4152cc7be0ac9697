"""Carrying texts and letters: claimed in a short transaction, handed over with none open, then noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from shimin.capabilities.notices.domain import MAX_ATTEMPTS, TEXT_KEPT, NoticeState, can_become
from shimin.capabilities.notices.models import LETTER, LETTER_TO, TEXT, TEXT_PHONE, Letter, Outgoing, TextMessage
from shimin.capabilities.notices.ports import get_mail_channel, get_text_channel
from shimin.kernel.actor import SYSTEM
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import DomainError, Unavailable

log = structlog.get_logger("shimin.notices")
M = TypeVar("M", TextMessage, Letter)

_BATCH = 50
_PAUSE = timedelta(seconds=15)  # doubled with every attempt; also the time after which a crashed worker's claim is free


@dataclass(frozen=True, slots=True)
class _Claim:
    """A message that this worker carries now; ``hand_over`` gives it to its channel."""

    model: type[Outgoing]
    message_id: int
    attempts: int
    hand_over: Callable[[], None]


def deliver_texts(now: datetime) -> int:
    """Hand due texts to the gateway and return how many it took.

    After a crash a text may go twice; none is lost silently.

    Without a gateway nothing happens: in the demo the message box shows texts at once.
    """
    channel = get_text_channel()
    if channel is None:
        return 0
    claims = [
        _Claim(TextMessage, row.id, row.attempts, partial(
            channel.send, message_id=row.id, phone=decrypt(bytes(row.phone), context=TEXT_PHONE),
            text=decrypt(bytes(row.text), context=TEXT),
        ))
        for row in _claim_due(TextMessage, now)
    ]  # fmt: skip
    return sum(_carry(claim, now) for claim in claims)


def deliver_letters(now: datetime) -> int:
    """Hand due letters to the mail server and return how many it took; as ``deliver_texts``."""
    channel = get_mail_channel()
    if channel is None:
        return 0
    claims = [
        _Claim(Letter, row.id, row.attempts, partial(
            channel.send, message_id=row.id, recipient=decrypt(bytes(row.recipient), context=LETTER_TO),
            subject=row.subject, text=decrypt(bytes(row.text), context=LETTER),
        ))
        for row in _claim_due(Letter, now)
    ]  # fmt: skip
    return sum(_carry(claim, now) for claim in claims)


def forget_texts(now: datetime) -> int:
    """Delete texts and letters older than a week and return how many."""
    with scope(SYSTEM):
        old = (model.objects.filter(created_at__lt=now - TEXT_KEPT) for model in (TextMessage, Letter))
        return sum(rows.delete()[0] for rows in old)


def _claim_due(model: type[M], now: datetime) -> list[M]:
    with scope(SYSTEM):
        queued = model.objects.filter(state=NoticeState.QUEUED)
        queued.filter(expires_at__lte=now).update(state=NoticeState.FAILED, changed_at=now)
        due = queued.filter(next_attempt_at__lte=now).order_by("next_attempt_at").select_for_update(skip_locked=True)
        rows = list(due[:_BATCH])
        for row in rows:
            row.attempts, row.next_attempt_at = row.attempts + 1, now + _PAUSE * 2**row.attempts
        model.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _carry(claim: _Claim, now: datetime) -> bool:
    require_no_transaction()
    about = {"model": claim.model.__name__, "message_id": claim.message_id}
    try:
        claim.hand_over()
    except Unavailable as down:
        log.warning("message.delayed", **about, attempts=claim.attempts, reason=down.code)
        if claim.attempts >= MAX_ATTEMPTS:
            _move(claim, NoticeState.FAILED, now)
        return False
    except DomainError as refused:
        log.warning("message.refused", **about, reason=refused.code)
        _move(claim, NoticeState.FAILED, now)
        return False
    _move(claim, NoticeState.SENT, now)
    return True


def _move(claim: _Claim, state: NoticeState, now: datetime) -> None:
    before = [str(each) for each in NoticeState if can_become(each, state)]
    with scope(SYSTEM):
        claim.model._default_manager.filter(id=claim.message_id, state__in=before).update(state=state, changed_at=now)
