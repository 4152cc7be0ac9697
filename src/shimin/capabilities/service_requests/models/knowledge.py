"""Reviewed answers that both boxes search."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.models.requests import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Article(Table):
    """An answer to a question that is true for others too: proposed when it is published, found once it is reviewed."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="articles")
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField(null=True)
    category = models.TextField(default="")
    question = models.TextField()
    words = models.TextField()
    terms = ArrayField(models.TextField(), default=list)
    state = models.TextField(default="proposed")
    version = models.IntegerField(default=1)
    proposed_at = models.DateTimeField()
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "service_requests_article"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request"], name="service_requests_article_once"),
            models.CheckConstraint(
                name="service_requests_article_state", condition=Q(state__in=["proposed", "open", "retired"])
            ),
            models.CheckConstraint(
                name="service_requests_article_reviewed",
                condition=~Q(state="open") | Q(reviewed_by_id__isnull=False, reviewed_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="service_requests_articles_open", fields=["city_code", "state", "-reviewed_at"]),
        ]
