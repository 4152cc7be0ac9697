"""The human behind an account, found by a keyed hash of the ID number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind
from shimin.kernel.values.papers import PaperKind


class Person(Table):
    """A person whose name and paper were confirmed, encrypted.

    ``id_number`` is the text of the paper that is asked with (``kernel.values.papers.Paper.text``); ``birth_date`` is
    empty where that number carries it.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    name = SealedField(context="identity.person.name")
    id_number = SealedField(context="identity.person.id_number")
    document = models.TextField(default=PaperKind.ID_CARD, db_default=PaperKind.ID_CARD)
    birth_date = SealedField(null=True, context="identity.person.birth_date")
    verified_at = models.DateTimeField()

    class Meta:
        db_table = "identity_person"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(document__in=[str(kind) for kind in PaperKind]), name="identity_person_known_document"
            ),
        ]


class PersonHandle(Table):
    """The keyed hash of a paper → the person and the one account that proved it (None: by a mandate).

    ``paper`` is the paper's text, where it is not the one that the person's row has: people may have several.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    key_id = models.SmallIntegerField(default=0, db_default=0)  # the index key it is under
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    account = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    paper = SealedField(null=True, context="identity.person_handle.paper")
    act_id = models.BigIntegerField(null=True)  # the act of a window that added it

    class Meta:
        db_table = "identity_person_handle"


class PersonLikeness(Table):
    """The keyed hash of name and birth date → a person who is no mainland citizen: two papers of one person meet here.

    Not unique: two people may share both, when a window has seen them.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    hash = models.BinaryField()
    key_id = models.SmallIntegerField(default=0, db_default=0)  # the index key it is under

    class Meta:
        db_table = "identity_person_likeness"
        indexes: ClassVar = [models.Index(fields=["hash"], name="identity_person_likeness_hash")]


class LevelProof(Table):
    """How an account came to a level: by which method, when, and until when that counts."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    level = models.SmallIntegerField()
    method = models.TextField()
    verified_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when its owner was told that it ends

    class Meta:
        db_table = "identity_level_proof"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="identity_level_proof_range"),
        ]
