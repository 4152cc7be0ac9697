"""Tables of billing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class BoundAccount(Table):
    """A person's account at a biller, bound by number with a check. Bills are not kept: they are read at the biller."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    biller_code = models.TextField()
    number_sealed = SealedField(context="billing.account_number")
    number_hash = models.BinaryField()
    number_tail = models.CharField(max_length=4)
    home = models.TextField()
    holder_masked = models.TextField()
    address_masked = models.TextField()
    bound_at = models.DateTimeField()
    reminds = models.BooleanField(default=True, db_default=True)
    remind_after = models.DateTimeField(default=timezone.now, db_default=Now())  # when the worker looks again

    class Meta:
        db_table = "billing_bound_account"
        indexes: ClassVar = [
            models.Index(name="billing_bound_account_look", fields=["remind_after"], condition=Q(reminds=True))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="billing_bound_account_once", fields=["account_id", "biller_code", "number_hash"]
            ),
            models.CheckConstraint(name="billing_bound_account_home", condition=~Q(home="")),
        ]


class Reminder(Table):
    """That a person was told of a bill: a keyed hash of it, so that nothing is told twice. Only the worker reads it."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    bill_hash = models.BinaryField()
    about = models.TextField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "billing_reminder"
        constraints: ClassVar = [
            models.UniqueConstraint(name="billing_reminder_once", fields=["account_id", "bill_hash", "about"])
        ]
