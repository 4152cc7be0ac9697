"""Tables: the access log a person reads, disputes, callbacks, the rush cache, and the health of sources."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from shimin.capabilities.enquiries.domain.disputes import DisputeReason, DisputeState
from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind

_PENDING = Q(outcome=str(Outcome.PENDING))
_OPEN = Q(state=str(DisputeState.OPEN))


class Enquiry(Table):
    """One line of "谁看过我的数据": who asked which department what for, which fields, and how it ended.

    Written before the department is asked (pending) and closed afterwards. It carries its own words, so that what a
    person reads years later does not depend on what the item says then. It never holds what was answered.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    item_name = models.TextField()
    agency_name = models.TextField()
    system = models.TextField()
    purpose = models.TextField()
    basis = models.TextField()
    fields = ArrayField(models.TextField())
    channel = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.TextField(default=str(Outcome.PENDING))
    reason = models.TextField(default="")
    record_count = models.IntegerField(null=True)
    from_cache = models.BooleanField(default=False)
    mandate_id = models.BigIntegerField(null=True)  # somebody acted for the person; None: the person themselves
    acted_by = models.TextField(default="", db_default="")  # who acted, masked

    class Meta:
        db_table = "enquiries_enquiry"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="enquiries_enquiry_outcome", condition=Q(outcome__in=[str(outcome) for outcome in Outcome])
            ),
            models.CheckConstraint(
                name="enquiries_enquiry_ended",
                condition=(_PENDING & Q(finished_at__isnull=True)) | (~_PENDING & Q(finished_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="enquiries_enquiry_reads", fields=["person_id", "-id"]),
            BrinIndex(name="enquiries_enquiry_times", fields=["started_at"], autosummarize=True),
            models.Index(name="enquiries_enquiry_open", fields=["started_at"], condition=_PENDING),
        ]


class Dispute(Table):
    """A person says that a reading was not right; the agency answers. Source: 个人信息保护法 art. 50."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField()
    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, db_constraint=True)
    reason = models.TextField()
    words = models.TextField()
    state = models.TextField(default=str(DisputeState.OPEN))
    version = models.IntegerField(default=1)
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "enquiries_dispute"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "enquiry"], name="enquiries_dispute_once"),
            models.CheckConstraint(
                name="enquiries_dispute_reason", condition=Q(reason__in=[str(reason) for reason in DisputeReason])
            ),
            models.CheckConstraint(
                name="enquiries_dispute_answered",
                condition=(_OPEN & Q(answered_at__isnull=True))
                | (~_OPEN & Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="enquiries_dispute_queue", fields=["due_at", "id"], condition=_OPEN),
        ]


class CallbackRequest(Table):
    """A person wants to be told when a source answers again."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    item_id = models.BigIntegerField()
    item_name = models.TextField()
    item_slug = models.TextField()
    system = models.TextField()
    requested_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "enquiries_callback_request"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "item_id"],
                condition=Q(told_at__isnull=True),
                name="enquiries_callback_request_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="enquiries_callback_waiting", fields=["system"], condition=Q(told_at__isnull=True)),
        ]


class CachedExtract(Table):
    """An answer kept for minutes while everyone asks: sealed, for one person, version and choice of parameters."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    person_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    key = models.BinaryField()
    data = SealedField(passing="each row is sealed for its person and question, and gone within the hour")
    as_of = models.DateTimeField()
    record_count = models.IntegerField()
    bound = models.IntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "enquiries_cached_extract"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "version_id", "key"], name="enquiries_cached_extract_key"),
        ]
        indexes: ClassVar = [
            models.Index(name="enquiries_cached_extract_age", fields=["version_id", "expires_at"]),
        ]


class SourceHealth(Table):
    """How a department's system has answered lately, for the desk; renewed by the worker, never on a look-up."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    system = models.TextField(primary_key=True)
    agency_id = models.BigIntegerField()
    agency_name = models.TextField()
    city_code = models.CharField(max_length=6)
    is_up = models.BooleanField()
    checked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reads = models.IntegerField()
    failures = models.IntegerField()
    rejections = models.IntegerField()
    median_ms = models.IntegerField(null=True)
    waiting = models.IntegerField()

    class Meta:
        db_table = "enquiries_source_health"
