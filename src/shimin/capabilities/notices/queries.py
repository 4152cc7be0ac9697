"""Reads of notices: the inbox, and the demo's message box."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.conf import settings

from shimin.capabilities.notices.domain import Way
from shimin.capabilities.notices.models import LETTER, LETTER_TO, TEXT, VALUES, Forwarding, Letter, Notice, TextMessage
from shimin.capabilities.notices.wording import get_template
from shimin.kernel.actor import ANONYMOUS, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import NotFound, SignInRequired


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A message as its recipient reads it. ``url`` is a local path or empty."""

    notice_id: int
    title: str
    text: str
    icon: str
    url: str
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class TextView:
    """A text in the demo's message box."""

    phone_tail: str
    title: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter in the demo's message box."""

    recipient: str
    subject: str
    text: str
    created_at: datetime


def list_notices(actor: Actor, *, before_id: int | None = None, limit: int = 20) -> list[NoticeView]:
    """Return the actor's notices, newest first; ``before_id`` is the last id of the page before.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    rows = Notice.objects.filter(account_id=actor.account_id)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    with scope(actor):
        return [view_of(row) for row in rows.order_by("-id")[:limit]]


def way_of(actor: Actor) -> Way:
    """Return how the actor's account is told of its messages.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        way = Forwarding.objects.filter(account_id=actor.account_id).values_list("way", flat=True).first()
    return Way(way) if way else Way.INBOX


def count_unread(actor: Actor) -> int:
    """Return how many notices the actor has not read: 0 for nobody, at most 100."""
    if actor.account_id is None:
        return 0
    with scope(actor):
        return Notice.objects.filter(account_id=actor.account_id, read_at=None)[:100].count()


def list_demo_texts(limit: int = 20) -> list[TextView]:
    """Return the latest texts to any phone. For the demo only: codes are secrets.

    Raises:
        NotFound: this is no demo.
    """
    if not settings.SHIMIN.demo:
        raise NotFound
    with auth_scope(ANONYMOUS):
        rows = list(TextMessage.objects.order_by("-id")[:limit])
    return [
        TextView(
            row.phone_tail, get_template(row.template).title, decrypt(bytes(row.text), context=TEXT), row.created_at
        )
        for row in rows
    ]


def list_demo_letters(limit: int = 20) -> list[LetterView]:
    """Return the latest letters to anybody, for the demo only.

    Raises:
        NotFound: this is no demo.
    """
    if not settings.SHIMIN.demo:
        raise NotFound
    with auth_scope(ANONYMOUS):
        rows = list(Letter.objects.order_by("-id")[:limit])
    return [
        LetterView(
            decrypt(bytes(row.recipient), context=LETTER_TO), row.subject, decrypt(bytes(row.text), context=LETTER),
            row.created_at,
        )
        for row in rows
    ]  # fmt: skip


def view_of(row: Notice) -> NoticeView:
    """Return a notice with its words filled in."""
    template = get_template(row.template)
    values = orjson.loads(decrypt(bytes(row.values), context=VALUES))
    return NoticeView(
        notice_id=row.id,
        title=template.fill(template.title, values),
        text=template.fill(template.text, values),
        icon=template.icon,
        url=template.fill(template.url, values),
        created_at=row.created_at,
        is_read=row.read_at is not None,
    )
