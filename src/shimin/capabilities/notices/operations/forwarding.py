"""Telling people by text that messages are in their inbox: at once or each morning, not at night, few a day."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.notices.domain import (
    FORWARDED_LIFETIME,
    MOST_TEXTS_A_DAY,
    Way,
    is_quiet,
    next_morning,
)
from shimin.capabilities.notices.models import Forwarding
from shimin.capabilities.notices.operations.sending import send_text
from shimin.capabilities.notices.ports import NoTextChannel, get_phone_book, require_text_channel
from shimin.capabilities.notices.wording import get_template
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import OwnHatRequired, SignInRequired

_BATCH = 100
log = structlog.get_logger("shimin.notices")

_CHOOSE = """
    INSERT INTO notices_forwarding AS f (account_id, way, since_at, texts) VALUES (%s, %s, %s, 0)
    ON CONFLICT (account_id) DO UPDATE SET way = excluded.way, since_at = excluded.since_at, due_at = NULL
    WHERE f.way <> excluded.way
"""
# Marked and counted in one statement: a message that commits later is due again by its own trigger.
_TAKE = """
    UPDATE notices_notice SET forwarded_at = %s
    WHERE account_id = %s AND read_at IS NULL AND forwarded_at IS NULL AND created_at >= %s
    RETURNING template
"""


def choose_way(*, actor: Actor, way: Way, now: datetime) -> None:
    """Choose how one is told of messages from now on; the same again changes nothing.

    Raises:
        SignInRequired, OwnHatRequired: it is a citizen's own choice.
        NoTextChannel: no gateway is connected, so no text can be promised.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    if way is not Way.INBOX:
        require_text_channel()
    with scope(actor), connection.cursor() as cursor:
        if way is Way.INBOX:
            cursor.execute("DELETE FROM notices_forwarding WHERE account_id = %s", [actor.account_id])
        else:
            cursor.execute(_CHOOSE, [actor.account_id, str(way), now])
        if cursor.rowcount:
            audit.record(
                actor=actor, action="notices.choose_way", target="account", target_id=actor.account_id, now=now,
                details={"way": str(way)},
            )  # fmt: skip


def forward_due(now: datetime) -> int:
    """Text people of whom messages are due and return how many texts; the worker calls it. At night it waits."""
    if is_quiet(now):
        return 0
    try:
        require_text_channel()
    except NoTextChannel:
        return 0  # the gateway was taken away: what is due waits for another
    with scope(SYSTEM):
        due = Forwarding.objects.filter(due_at__lte=now).order_by("due_at").values_list("account_id", flat=True)
        ids = list(due[:_BATCH])
    return sum(_forward(account_id, now) for account_id in ids)


def _forward(account_id: int, now: datetime) -> bool:
    """Tell one account, in one transaction: marks and text are there together or not at all."""
    with scope(SYSTEM):
        row = Forwarding.objects.select_for_update(skip_locked=True).filter(account_id=account_id).first()
        if row is None or row.due_at is None or row.due_at > now:
            return False  # another worker has it, or somebody chose anew
        today = local_date(now)
        if row.texts_on != today:
            row.texts_on, row.texts = today, 0
        if row.texts >= MOST_TEXTS_A_DAY:
            row.due_at = next_morning(now)
            row.save(update_fields=["due_at", "texts_on", "texts"])
            return False
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [now, account_id, row.since_at])
            titles = [_title(template) for (template,) in cursor.fetchall()]
        phone = get_phone_book().phone_of(account_id) if titles else ""
        if phone:
            row.texts += 1
            send_text(
                phone=phone, template="notices.forwarded", now=now, lifetime=FORWARDED_LIFETIME,
                values={"count": str(len(titles)), "titles": "、".join(dict.fromkeys(titles[:3]))},
            )  # fmt: skip
        row.due_at = None
        row.save(update_fields=["due_at", "texts_on", "texts"])
        return bool(phone)


def _title(template: str) -> str:
    """Return what a message is about, without what it tells of the person: texts are read over shoulders."""
    words = get_template(template)
    return words.title if "{" not in words.title else "新消息"
