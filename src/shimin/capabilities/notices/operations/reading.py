"""Marking messages as read."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.notices.domain import NoticeState
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.notices.queries import NoticeView, view_of
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired


def mark_read(*, actor: Actor, notice_id: int, now: datetime) -> NoticeView:
    """Mark one of the actor's notices as read and return it; a repeated call changes nothing.

    Raises:
        NotFound: the actor has no such notice.
    """
    account_id = _owner(actor)
    with scope(actor):
        notice = Notice.objects.filter(id=notice_id, account_id=account_id).first()
        if notice is None:
            raise NotFound
        if notice.read_at is None:
            notice.state, notice.read_at = NoticeState.READ, now
            notice.save(update_fields=["state", "read_at"])
    return view_of(notice)


def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """Mark all of the actor's notices as read and return how many were not."""
    account_id = _owner(actor)
    with scope(actor):
        return Notice.objects.filter(account_id=account_id, read_at=None).update(state=NoticeState.READ, read_at=now)


def _owner(actor: Actor) -> int:
    if actor.account_id is None:
        raise SignInRequired
    return actor.account_id
