"""Changes of what staff may do, with who asked, who agreed, and who looked into an emergency."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.identity.domain.officers import Change, ChangeState
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class StaffChange(Table):
    """One change of one member of staff's roles. ``for_account_id`` is whom a stand-in stands in for."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    for_account_id = models.BigIntegerField(null=True)
    change = models.TextField()
    state = models.TextField(default=ChangeState.WAITING)
    role = models.TextField()  # empty: it is about no role
    agency_id = models.BigIntegerField(null=True)
    region_code = models.CharField(max_length=6, null=True)
    starts_at = models.DateTimeField(null=True)  # None: when it is agreed to
    ends_at = models.DateTimeField(null=True)
    reason = models.TextField()
    asked_by_id = models.BigIntegerField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    grant_id = models.BigIntegerField(null=True)
    looked_by_id = models.BigIntegerField(null=True)
    looked_by_name = models.TextField(default="")
    looked_at = models.DateTimeField(null=True)
    looked_words = models.TextField(default="")

    class Meta:
        db_table = "identity_staff_change"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(change__in=[str(each) for each in Change]), name="identity_staff_change_known_change"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(each) for each in ChangeState]), name="identity_staff_change_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by_id=F("asked_by_id")) & ~Q(decided_by_id=F("account_id")),
                name="identity_staff_change_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(change="break_glass") | Q(decided_by_id__isnull=False),
                name="identity_staff_change_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(looked_by_id=F("account_id")), name="identity_staff_change_looked_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(change__in=["grant", "reset_factors"]) | ~Q(asked_by_id=F("account_id")),
                name="identity_staff_change_not_for_oneself",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="identity_staff_change_state")]
