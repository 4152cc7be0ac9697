"""Published editions of an index: what went in, and what came out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class IndexEdition(Table):
    """A published computation: a methodology's text, the inputs, the period; never changed, only superseded."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    methodology = models.TextField()
    methodology_text = models.TextField()
    level = models.TextField()
    parent_code = models.CharField(max_length=6)
    starts_on = models.DateField()
    ends_on = models.DateField()
    source = models.TextField()
    is_demo = models.BooleanField()
    inputs = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    trials = models.IntegerField()
    spread = models.FloatField()
    published_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "indicators_index_edition"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["methodology", "level", "parent_code", "starts_on", "ends_on"],
                condition=Q(superseded_at__isnull=True),
                name="indicators_index_edition_current",
            ),
            models.CheckConstraint(name="indicators_index_edition_level", condition=Q(level__in=["province", "city"])),
            models.CheckConstraint(name="indicators_index_edition_period", condition=Q(starts_on__lt=F("ends_on"))),
        ]


class IndexScore(Table):
    """A region's scores in an edition, by indicator: ``shown`` as printed, ``values`` unrounded."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    edition = models.ForeignKey(IndexEdition, on_delete=models.CASCADE, db_index=False)
    region_code = models.CharField(max_length=6)
    region_name = models.TextField()
    input_name = models.TextField()  # as the inputs call it
    rank = models.IntegerField()
    rank_low = models.IntegerField()
    rank_high = models.IntegerField()
    stage = models.TextField()
    shown = models.JSONField()
    values = models.JSONField()

    class Meta:
        db_table = "indicators_index_score"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "region_code"], name="indicators_index_score_region"),
            models.UniqueConstraint(fields=["edition", "rank"], name="indicators_index_score_rank"),
            models.CheckConstraint(
                name="indicators_index_score_interval",
                condition=Q(rank_low__gte=1) & Q(rank_high__gte=F("rank_low")) & Q(rank__gte=1),
            ),
        ]
