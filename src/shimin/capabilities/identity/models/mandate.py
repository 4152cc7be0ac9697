"""Who may act for whom: mandates, offers of one, and the organisations people act for."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shimin.capabilities.identity.domain.mandates import CompanyRole, MandateState, Relation
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Organisation(Table):
    """A company or other body, found by its unified social credit code; what it is called comes from the register."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    hash = models.BinaryField()
    key_id = models.SmallIntegerField(default=0, db_default=0)  # the index key it is under
    credit_code = models.CharField(max_length=18)
    name = models.TextField()
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "identity_organisation"
        constraints: ClassVar = [models.UniqueConstraint(fields=["hash"], name="identity_organisation_hash")]


class Mandate(Table):
    """Leave to act: ``account`` may act for ``person`` or ``organisation``, in a scope, from a day to a day.

    ``principal_account`` is where the principal sees and ends it; None for somebody without an account (a child).
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    principal_account = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    relation = models.TextField()
    role = models.TextField(default="")
    scope = ArrayField(models.TextField())
    basis = models.TextField()  # who vouched: "register", "acceptance", "window"
    state = models.TextField(default=MandateState.ACTIVE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "identity_mandate"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(organisation__isnull=True), name="identity_mandate_one_principal"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="identity_mandate_period"),
            models.CheckConstraint(
                condition=Q(relation__in=[str(each) for each in Relation]), name="identity_mandate_relation"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["", *(str(each) for each in CompanyRole)]), name="identity_mandate_role"
            ),
            models.CheckConstraint(
                condition=(Q(state=str(MandateState.ACTIVE)) & Q(withdrawn_at__isnull=True))
                | (Q(state=str(MandateState.WITHDRAWN)) & Q(withdrawn_at__isnull=False)),
                name="identity_mandate_state",
            ),
            models.UniqueConstraint(
                fields=["account", "person", "organisation", "relation"],
                condition=Q(state=str(MandateState.ACTIVE)),
                nulls_distinct=False,
                name="identity_mandate_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["principal_account"], name="identity_mandate_principal"),
            models.Index(fields=["organisation"], name="identity_mandate_organisation"),
        ]


class MandateOffer(Table):
    """One side's word, waiting for the other's. The other side is who holds the code; it is good once."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    hash = models.BinaryField()
    is_asking = models.BooleanField()  # asks to act for whoever accepts; otherwise lets the accepter act
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    relation = models.TextField()
    role = models.TextField(default="")
    scope = ArrayField(models.TextField())
    ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_mandate_offer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "hash"], name="identity_mandate_offer_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["hash"], name="identity_mandate_offer_hash")]
