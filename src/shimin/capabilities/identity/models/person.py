"""The human behind an account, found by a keyed hash of the ID number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class Person(Table):
    """A person whose name and ID number were confirmed. Both are encrypted; the birth date is inside the number."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    name = SealedField(context="identity.person.name")
    id_number = SealedField(context="identity.person.id_number")
    verified_at = models.DateTimeField()

    class Meta:
        db_table = "identity_person"


class PersonHandle(Table):
    """The keyed hash of an ID number → the person and the one account that proved it (None: by a mandate)."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    key_id = models.SmallIntegerField(default=0, db_default=0)  # the index key it is under
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    account = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "identity_person_handle"


class LevelProof(Table):
    """How an account came to a level: by which method, when, and until when that counts."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    level = models.SmallIntegerField()
    method = models.TextField()
    verified_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_level_proof"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="identity_level_proof_range"),
        ]
