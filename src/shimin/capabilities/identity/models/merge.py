"""Two accounts of one person that became one, and which rows went along."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shimin.capabilities.identity.domain.merging import MergedBy, MergeState
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class AccountMerge(Table):
    """``merged_account`` was joined to ``account``, which stays. ``kept_theirs``: clashes in which the person chose the
    closed account's; see ``domain.merging.clash_key``. ``moved_at`` is when all rows had gone along.

    A handle table: the closed account leads to the one that stays, wherever that is. An account is joined once
    (``identity_account_merge_once``), unless it was undone.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    merged_account = models.ForeignKey("identity.Account", models.PROTECT, related_name="+")
    state = models.TextField(default=MergeState.COOLING)
    merged_by = models.TextField()
    kept_theirs = ArrayField(models.TextField(), default=list)
    merged_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")
    returned_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_account_merge"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[str(each) for each in MergeState]), name="identity_account_merge_known_state"
            ),
            models.CheckConstraint(
                condition=Q(merged_by__in=[str(each) for each in MergedBy])
                & Q(undone_by__in=["", *(str(each) for each in MergedBy)]),
                name="identity_account_merge_known_by",
            ),
            models.CheckConstraint(condition=~Q(account=F("merged_account")), name="identity_account_merge_two"),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | (~Q(state="undone") & Q(undone_at__isnull=True)),
                name="identity_account_merge_undone",
            ),
            models.UniqueConstraint(
                fields=["merged_account"], condition=~Q(state="undone"), name="identity_account_merge_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="identity_account_merge_own"),
            models.Index(fields=["undo_until"], condition=Q(state="cooling"), name="identity_account_merge_cooling"),
        ]


class MergedRows(Table):
    """Rows of one table that changed their account in a merge, by their keys: what an undoing gives back.

    ``is_swapped``: they were the staying account's and gave way to the other's.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()  # the one that stays
    merge = models.ForeignKey(AccountMerge, models.CASCADE, related_name="+")
    table_name = models.TextField()
    column_name = models.TextField()
    keys = ArrayField(models.TextField())
    is_swapped = models.BooleanField(default=False)
    moved_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_merged_rows"
        indexes: ClassVar = [models.Index(fields=["merge"], name="identity_merged_rows_merge")]
