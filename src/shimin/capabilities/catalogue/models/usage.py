"""How often items are opened, and the stamp that tells caches when the catalogue has changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.tables import Table, TableKind


class UsageCount(Table):
    """How often an item was opened on a day in a region, written in batches."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    region_code = models.CharField(max_length=6)
    day = models.DateField()
    item_id = models.BigIntegerField()
    times = models.IntegerField()
    pk = models.CompositePrimaryKey("region_code", "day", "item_id")

    class Meta:
        db_table = "catalogue_usage_count"


class Stamp(Table):
    """One row whose number grows with every change of the catalogue."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "catalogue_stamp"
        constraints: ClassVar = [models.CheckConstraint(name="catalogue_stamp_single", condition=models.Q(id=1))]
