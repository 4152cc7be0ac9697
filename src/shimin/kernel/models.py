"""Tables of the kernel: node numbers, events, audit. Partitioned ones are made by SQL in the first migration."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.tables import Table, TableKind


class Node(Table):
    """A node number of the id generator, leased by one process at a time."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    number = models.SmallIntegerField(primary_key=True)
    leased_until = models.DateTimeField()
    holder = models.TextField(default="")

    class Meta:
        db_table = "kernel_node"


class Event(Table):
    """Something that happened, waiting for its subscribers (transactional outbox). Partitioned by month."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField()
    name = models.TextField()
    aggregate = models.TextField()
    aggregate_id = models.BigIntegerField()
    aggregate_version = models.BigIntegerField()
    payload = models.JSONField()
    done_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        managed = False
        db_table = "kernel_event"


class AuditRecord(Table):
    """One sealed line of the audit: who did what to which thing. Holds no personal data. Partitioned by month."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    city_code = models.CharField(max_length=6)
    actor_kind = models.TextField()
    account_id = models.BigIntegerField(null=True)
    action = models.TextField()
    target = models.TextField()
    target_id = models.BigIntegerField(null=True)
    outcome = models.TextField()
    details = models.TextField()  # canonical JSON as text: the MAC covers its bytes
    mac = models.BinaryField()
    seal_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "kernel_audit"


class AuditSeal(Table):
    """A batch of audit rows of one city and month, chained to the batch before by a rolling hash."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True)
    city_code = models.CharField(max_length=6)
    month = models.DateField()
    number = models.IntegerField()
    sealed_at = models.DateTimeField()
    row_count = models.IntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "kernel_audit_seal"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "month", "number"], name="kernel_audit_seal_number"),
        ]
