"""What a person had typed when a page asked them to prove more."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class KeptForm(Table):
    """One form, for half an hour: its address and its fields, sealed. Passwords and codes are never kept."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    path = models.TextField()
    fields = SealedField(context="identity.kept_form.fields")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "identity_kept_form"
        indexes: ClassVar = [models.Index(fields=["account"], name="identity_kept_form_account")]
