"""How much the platform is used, counted from events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.tables import Table, TableKind


class UseCount(Table):
    """How often something was begun, finished or taken back on a day, along one dimension; cells are for staff."""

    kind: ClassVar[TableKind] = TableKind.CITY

    city_code = models.CharField(max_length=6)
    day = models.DateField()
    dimension = models.TextField()
    key = models.TextField()
    stage = models.TextField()
    times = models.BigIntegerField()
    # In the order of every question: one dimension and stage of a city, over days.
    pk = models.CompositePrimaryKey("city_code", "dimension", "stage", "day", "key")

    class Meta:
        db_table = "indicators_use_count"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="indicators_use_count_stage", condition=Q(stage__in=["started", "finished", "reversed"])
            ),
            models.CheckConstraint(name="indicators_use_count_times", condition=Q(times__gt=0)),
        ]


class UseMonth(Table):
    """The sum of the days of a month, kept along with them."""

    kind: ClassVar[TableKind] = TableKind.CITY

    city_code = models.CharField(max_length=6)
    month = models.DateField()
    dimension = models.TextField()
    key = models.TextField()
    stage = models.TextField()
    times = models.BigIntegerField()
    pk = models.CompositePrimaryKey("city_code", "dimension", "stage", "month", "key")

    class Meta:
        db_table = "indicators_use_month"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="indicators_use_month_stage", condition=Q(stage__in=["started", "finished", "reversed"])
            ),
            models.CheckConstraint(name="indicators_use_month_times", condition=Q(times__gt=0)),
        ]
