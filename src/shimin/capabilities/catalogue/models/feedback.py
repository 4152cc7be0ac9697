"""大家来找茬: what people find wrong with a page or an item."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class FeedbackStatus(models.TextChoices):
    """Where a finding stands."""

    NEW = "new", "待处理"
    MENDED = "mended", "已改正"
    DECLINED = "declined", "不改，已说明"


class Feedback(Table):
    """One finding. Anybody may file one; only staff of its agency and region read it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField(null=True)
    item_id = models.BigIntegerField(null=True)
    version_id = models.BigIntegerField(null=True)
    page = models.TextField(default="")
    fault = models.TextField()
    text = models.TextField()
    status = models.TextField(default=FeedbackStatus.NEW)
    answer = models.TextField(default="")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_feedback"
        indexes: ClassVar = [models.Index(fields=["city_code", "status", "id"], name="catalogue_feedback_queue")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="catalogue_feedback_status", condition=models.Q(status__in=["new", "mended", "declined"])
            ),
        ]
