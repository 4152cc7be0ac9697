"""Keyed hashes and keys that lead to a request: of query codes, of filings, of imported lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.tables import Table, TableKind


class QueryHandle(Table):
    """The keyed hash of a number with its query code → the request."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    request_id = models.BigIntegerField()

    class Meta:
        db_table = "service_requests_query_handle"


class FilingKey(Table):
    """The keyed hash of a filing's idempotency key → the request it made."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    request_id = models.BigIntegerField()
    fingerprint = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_filing_key"
        indexes: ClassVar = [models.Index(name="service_requests_key_age", fields=["made_at"])]


class ImportedMessage(Table):
    """The keyed hash of a bulk file's own name for a message → the request made of it: kept for good."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    request_id = models.BigIntegerField()
    fingerprint = models.BinaryField()
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_imported"
