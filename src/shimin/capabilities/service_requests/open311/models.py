"""What systems of others (Open311 clients) have filed and told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class PartnerFiling(Table):
    """Which registered system filed a request, as which service of the Open311 list."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="partner_filings")
    client_id = models.BigIntegerField()
    client_name = models.TextField()
    service_code = models.TextField()

    class Meta:
        db_table = "service_requests_partner_filing"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request"], name="service_requests_partner_filing_once"),
        ]


class PartnerUpdate(Table):
    """The keyed hash of a system's own name for an update → the step it became: sent twice, it is taken once."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    step_id = models.BigIntegerField()

    class Meta:
        db_table = "service_requests_partner_update"
