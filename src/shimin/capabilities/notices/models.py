"""Tables of notices: the inbox of an account, and what is on its way out: texts to phones, letters by mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.notices.domain import NoticeState
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

    class Meta:
        db_table = "notices_notice"
        indexes: ClassVar = [
            models.Index(fields=["account_id", "-id"], name="notices_notice_inbox"),
            models.Index(fields=["account_id"], condition=Q(read_at=None), name="notices_notice_unread"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=_STATES), name="notices_notice_known_state"),
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
