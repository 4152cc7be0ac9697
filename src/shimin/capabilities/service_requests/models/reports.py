"""Reports that are kept as they were made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class WeeklyReport(Table):
    """The figures of supervision for one week of one city, as they stood when the report was made. Written once."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    week_starts = models.DateField()
    made_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        db_table = "service_requests_weekly_report"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "week_starts"], name="service_requests_weekly_report_once"),
        ]
