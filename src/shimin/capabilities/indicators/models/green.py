"""The green account: what each finished online act saved, entry by entry."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class GreenEntry(Table):
    """Grams of CO2 that an act of an account saved, or that went back with it. Written once; ``ref`` names the act."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    day = models.DateField()
    act = models.TextField()
    title = models.TextField()
    ref = models.TextField()
    factor = models.TextField(default="")
    grams = models.IntegerField()
    reason = models.TextField()
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "indicators_green_entry"
        indexes: ClassVar = [models.Index(fields=["account_id", "-id"], name="indicators_green_entry_own")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account_id", "ref"],
                condition=~Q(reason="reversed"),
                name="indicators_green_entry_credit",
            ),
            models.UniqueConstraint(
                fields=["account_id", "ref"], condition=Q(reason="reversed"), name="indicators_green_entry_reversal"
            ),
            models.CheckConstraint(
                name="indicators_green_entry_grams",
                condition=Q(reason="counted", grams__gt=0)
                | Q(reason="reversed", grams__lt=0)
                | Q(reason__in=["capped", "no_factor"], grams=0),
            ),
        ]
