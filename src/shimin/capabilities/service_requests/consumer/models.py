"""12315: the business, the complainant and what came of it, beside the request."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.consumer.domain.consumer import Demand, Outcome
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class ConsumerMatter(Table):
    """A complaint or report against a business. ``complainant`` is sealed JSON: name, phone, postal address."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="consumer_matters")
    business_name = models.TextField()
    business_address = models.TextField()
    credit_code = models.CharField(max_length=18, default="")
    business_status = models.TextField(default="")
    business_lng = models.FloatField(null=True)
    business_lat = models.FloatField(null=True)
    goods = models.TextField(default="")
    demand = models.TextField(default="")
    bought_date = models.DateField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    complainant = SealedField(default=b"", context="service_requests.consumer.complainant")
    taken_up_level = models.SmallIntegerField(null=True)
    outcome = models.TextField(default="")

    class Meta:
        db_table = "service_requests_consumer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request"], name="service_requests_consumer_once"),
            models.CheckConstraint(
                name="service_requests_consumer_demand",
                condition=Q(demand="") | Q(demand__in=[str(demand) for demand in Demand]),
            ),
            models.CheckConstraint(
                name="service_requests_consumer_outcome",
                condition=Q(outcome="") | Q(outcome__in=[str(outcome) for outcome in Outcome]),
            ),
            models.CheckConstraint(
                name="service_requests_consumer_amount", condition=Q(amount_fen__isnull=True) | Q(amount_fen__gte=0)
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="service_requests_consumer_firm", fields=["city_code", "credit_code"]),
        ]
