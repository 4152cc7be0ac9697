"""What happened to a request without its staff: told at the desk until somebody has seen it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.models.requests import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class DeskNews(Table):
    """A step that staff are to hear of: the agency that has the request, the dispatcher, or both. One row a step."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="news")
    city_code = models.CharField(max_length=6)
    step_id = models.BigIntegerField()
    action = models.TextField()
    agency_id = models.BigIntegerField(null=True)
    is_for_dispatcher = models.BooleanField(default=False)
    told_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "service_requests_desk_news"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "step_id"], name="service_requests_desk_news_once"),
            models.CheckConstraint(
                name="service_requests_desk_news_told", condition=Q(agency_id__isnull=False) | Q(is_for_dispatcher=True)
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="service_requests_news_unseen",
                fields=["city_code", "agency_id", "-id"],
                condition=Q(seen_at__isnull=True),
            ),
        ]
