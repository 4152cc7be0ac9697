"""Voice files of people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.models.requests import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class RequestVoice(Table):
    """A recording that belongs to a step of a request; without one it was sent and not used yet. An MP3, by digest."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="voices", null=True)
    step_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)
    seconds = models.FloatField()
    size_bytes = models.IntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_voice"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_requests_voice_step",
                condition=Q(request__isnull=True, step_id__isnull=True)
                | Q(request__isnull=False, step_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="service_requests_voice_unused", fields=["sent_at"], condition=Q(request__isnull=True)),
            models.Index(name="service_requests_voice_digest", fields=["digest"]),
        ]
