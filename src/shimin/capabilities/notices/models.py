"""Tables of notices: the inbox of an account, and what is on its way out: texts to phones, letters by mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.notices.domain import MOST_TEXTS_A_DAY, NoticeState, Way
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind

# Contexts of the encrypted columns.
VALUES = "notices.notice.values"
TEXT_PHONE = "notices.text_message.phone"
TEXT = "notices.text_message.text"
LETTER_TO = "notices.letter.recipient"
LETTER = "notices.letter.text"

_STATES = [str(state) for state in NoticeState]


class Notice(Table):
    """One message in the inbox of one account. The values of its template are encrypted: they may be personal."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    template = models.TextField()
    values = SealedField(context=VALUES)
    state = models.TextField(default=NoticeState.DELIVERED)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    forwarded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice"
        indexes: ClassVar = [
            models.Index(fields=["account_id", "-id"], name="notices_notice_inbox"),
            models.Index(fields=["account_id"], condition=Q(read_at=None), name="notices_notice_unread"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=_STATES), name="notices_notice_known_state"),
        ]


class Forwarding(Table):
    """How an account is told by text that messages are in its inbox; without a row, not at all.

    ``due_at`` is set by the database when a message comes (trigger ``notices_forwarding_due``) and taken by the worker.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    account_id = models.BigIntegerField(primary_key=True)
    way = models.TextField()
    since_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    texts_on = models.DateField(null=True)
    texts = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "notices_forwarding"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="notices_forwarding_due"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way__in=[str(Way.AT_ONCE), str(Way.DAILY)]), name="notices_forwarding_known_way"
            ),
            models.CheckConstraint(
                condition=Q(texts__gte=0) & Q(texts__lte=MOST_TEXTS_A_DAY), name="notices_forwarding_most_texts"
            ),
        ]


class Outgoing(Table):
    """A message on its way to somebody outside: a queue that the worker empties, kept for a week."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True, default=new_id)
    template = models.TextField()
    state = models.TextField(default=NoticeState.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class TextMessage(Outgoing):
    """One text to one phone. Phone and text are encrypted."""

    phone = SealedField(context=TEXT_PHONE)
    phone_tail = models.CharField(max_length=4)
    text = SealedField(context=TEXT)

    class Meta:
        db_table = "notices_text_message"
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="notices_text_message_queue"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=_STATES), name="notices_text_message_known_state"),
        ]


class Letter(Outgoing):
    """One letter to one mail address. Address and text are encrypted; the subject is the template's title, filled."""

    recipient = SealedField(context=LETTER_TO)
    subject = models.TextField()
    text = SealedField(context=LETTER)

    class Meta:
        db_table = "notices_letter"
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="notices_letter_queue"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=_STATES), name="notices_letter_known_state"),
        ]
