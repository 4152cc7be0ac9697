"""Requests from abroad, and the duty desk that is never empty: its hand-overs from shift to shift."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class AbroadPlace(Table):
    """Where somebody who asks for help is abroad. ``contact`` is sealed JSON: name, how to reach them."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="abroad_places")
    country = models.CharField(max_length=2)
    zone = models.TextField()
    place = models.TextField()
    contact = SealedField(default=b"", context="service_requests.abroad.contact")

    class Meta:
        db_table = "service_requests_abroad"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request"], name="service_requests_abroad_once"),
        ]


class DutyHandOver(Table):
    """What one shift of the duty desk tells the next; another person takes it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    given_by_id = models.BigIntegerField()
    given_at = models.DateTimeField()
    words = models.TextField()
    open_count = models.IntegerField()
    taken_by_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "service_requests_duty"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city_code"], condition=Q(taken_at__isnull=True), name="service_requests_duty_one_open"
            ),
            models.CheckConstraint(
                name="service_requests_duty_two_people",
                condition=Q(taken_by_id__isnull=True) | ~Q(taken_by_id=F("given_by_id")),
            ),
        ]
        indexes: ClassVar = [models.Index(name="service_requests_duty_newest", fields=["city_code", "-id"])]
