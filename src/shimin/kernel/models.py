"""Tables of the kernel: node numbers, events, audit, limits, calendar, idempotency, the worker's own.

Partitioned ones are made by SQL in the first migration.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shimin.kernel.sealed import SealedField
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
    row_ids = ArrayField(models.BigIntegerField())
    digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "kernel_audit_seal"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "month", "number"], name="kernel_audit_seal_number"),
        ]


class RateLimit(Table):
    """How often a key acted in one window. Unlogged: a crash forgets the counts, which ends every window early."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    pk = models.CompositePrimaryKey("bucket", "key", "ends_at")
    bucket = models.TextField()
    key = models.BinaryField()
    ends_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "kernel_rate_limit"


class CalendarDay(Table):
    """A day on which the State Council's yearly list departs from the plain week."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    date = models.DateField(primary_key=True)
    day_kind = models.TextField()
    name = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_calendar_day"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(day_kind__in=["rest", "work"]), name="kernel_calendar_day_kind"),
        ]


class IdempotencyRecord(Table):
    """The answer an account got for a request it marked with a key: a repeated request gets the same one."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    account_id = models.BigIntegerField()
    fingerprint = models.BinaryField()
    answer = SealedField(context="kernel.idempotency")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_idempotency"


class EventReceipt(Table):
    """That a subscriber has handled an event; written in the subscriber's own transaction, hence exactly once."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    pk = models.CompositePrimaryKey("event_id", "handler")
    event_id = models.BigIntegerField()
    handler = models.TextField()
    done_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_event_receipt"


class PeriodicRun(Table):
    """When a periodic job last ran, so that several worker processes share one timetable."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    name = models.TextField(primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "kernel_periodic_run"


class Heartbeat(Table):
    """A sign of life of one thread of a worker process."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    name = models.TextField(primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_heartbeat"
