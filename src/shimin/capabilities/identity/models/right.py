"""Requests about one's own data that somebody has to answer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.identity.domain.rights import Right, RightState
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class RightRequest(Table):
    """A request to correct, to object, or about a deceased relative; what was written is sealed, both ways.

    ``warned_at`` is when the desk's light turns amber. Times by the working calendar are fixed when it is filed.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    right = models.TextField()
    part = models.TextField()  # which capability's data: a key of PersonalData, or ""
    state = models.TextField(default=RightState.OPEN)
    words = SealedField(context="identity.right_request.words")
    answer = SealedField(default=b"", context="identity.right_request.answer")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField()
    answered_by_id = models.BigIntegerField(null=True)
    answered_by_name = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_right_request"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(right__in=[str(each) for each in Right]), name="identity_right_request_known_right"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | Q(state="withdrawn")
                | Q(state__in=["granted", "refused"], answered_at__isnull=False, answered_by_id__isnull=False),
                name="identity_right_request_answer",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="identity_right_request_account"),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="identity_right_request_open"),
        ]
