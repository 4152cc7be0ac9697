"""What a person agreed to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Consent(Table):
    """Leave for one purpose, with the words that were shown; kept after withdrawal as evidence.

    Source: PIPL 13–15 (consent, withdrawal), 29 (sensitive data: consent of its own).
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    purpose_code = models.TextField()
    text = models.TextField()
    text_version = models.TextField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_consent"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "purpose_code"],
                condition=Q(withdrawn_at__isnull=True),
                name="identity_consent_one_open",
            ),
        ]
