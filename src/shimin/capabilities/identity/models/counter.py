"""What windows do for people who stand before them, and the sheets of paper they give them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.identity.domain.counter import Act, ActState
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class CounterAct(Table):
    """One act of a window on a person's account, by one officer or two, and how the account was before.

    ``claim`` is what the officer read from the papers, sealed, until the act is decided. ``account`` is None while an
    account is still to be opened.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    account = models.ForeignKey("identity.Account", models.PROTECT, null=True, related_name="+")
    act = models.TextField()
    state = models.TextField(default=ActState.WAITING)
    document = models.TextField()  # kernel.values.papers.PaperKind
    reason = models.TextField()
    claim = SealedField(default=b"", context="identity.counter_act.claim")
    needs_second = models.BooleanField()
    asked_by_id = models.BigIntegerField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    before_level = models.SmallIntegerField(default=0)
    before_level_until = models.DateTimeField(null=True)
    bound_person = models.BooleanField(default=False)  # the account had no person before
    mandate_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)
    is_disputed = models.BooleanField(default=False)

    class Meta:
        db_table = "identity_counter_act"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(act__in=[str(each) for each in Act]), name="identity_counter_act_known_act"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(each) for each in ActState]), name="identity_counter_act_known_state"
            ),
            models.CheckConstraint(condition=~Q(decided_by_id=F("asked_by_id")), name="identity_counter_act_four_eyes"),
            models.CheckConstraint(
                condition=Q(needs_second=False) | ~Q(state__in=["done", "undone"]) | Q(decided_by_id__isnull=False),
                name="identity_counter_act_second_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city_code", "-id"], name="identity_counter_act_city"),
            models.Index(fields=["account"], name="identity_counter_act_account"),
        ]


class RecoverySheet(Table):
    """A code on paper that sets a new password once; the hash is bound to the account."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    act = models.ForeignKey(CounterAct, models.PROTECT, related_name="+")
    hash = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_recovery_sheet"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "hash"], name="identity_recovery_sheet_code"),
        ]
