"""Tables of reconciliation: statements as imported, what does not agree, days that were closed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from shimin.capabilities.payments.reconciliation.domain.differences import Kind, Way
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Statement(Table):
    """A gateway's or biller's file of one day, imported or refused, known by its content. One of a day is current."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    gateway = models.TextField()
    day = models.DateField()
    content_hash = models.BinaryField()
    state = models.TextField()
    line_count = models.IntegerField(default=0)
    in_fen = models.BigIntegerField(default=0)
    out_fen = models.BigIntegerField(default=0)
    other_count = models.IntegerField(default=0)
    faults = models.JSONField(default=list)
    imported_by_id = models.BigIntegerField(null=True)
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_statement"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reconciliation_statement_state", condition=Q(state__in=["current", "replaced", "refused"])
            ),
            models.UniqueConstraint(
                name="reconciliation_statement_content", fields=["city_code", "gateway", "day", "content_hash"]
            ),
            models.UniqueConstraint(
                name="reconciliation_statement_current", fields=["city_code", "gateway", "day"],
                condition=Q(state="current"),
            ),
        ]  # fmt: skip


class StatementLine(Table):
    """One movement of a statement. ``document``: the gateway's trade number, of a refund our number of it.

    A million come at once, so a trigger looks for their statement once for all of them, where a foreign key would for
    each; and lines of a statement lie together, so its index may be a coarse one (BRIN).
    """

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    city_code = models.CharField(max_length=6)
    line = models.IntegerField()
    document = models.TextField()
    is_refund = models.BooleanField()
    out_trade_no = models.TextField()
    amount_fen = models.BigIntegerField()
    happened_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_statement_line"
        indexes: ClassVar = [
            BrinIndex(name="reconciliation_line_statement", fields=["statement"]),
            models.Index(name="reconciliation_line_document", fields=["city_code", "document"]),
        ]


class Difference(Table):
    """What did not agree when a day was compared, and how it ended. The comparison itself can be made again at will."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    gateway = models.TextField()
    day = models.DateField()
    difference_kind = models.TextField()
    document = models.TextField()
    statement_fen = models.BigIntegerField(null=True)
    ledger_fen = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    out_trade_no = models.TextField(default="")
    state = models.TextField(default="open")
    way = models.TextField(default="")
    words = models.TextField(default="")
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "reconciliation_difference"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="reconciliation_difference_once",
                fields=["city_code", "gateway", "day", "difference_kind", "document"],
            ),
            models.CheckConstraint(
                name="reconciliation_difference_kind", condition=Q(difference_kind__in=[str(kind) for kind in Kind])
            ),
            models.CheckConstraint(
                name="reconciliation_difference_state",
                condition=Q(state="open", way="", closed_at__isnull=True)
                | Q(state="closed", way__in=[str(way) for way in Way], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reconciliation_difference_by_hand",
                condition=Q(state="open") | Q(way=str(Way.BY_ITSELF)) | (~Q(words="") & Q(closed_by_id__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="reconciliation_difference_open", fields=["city_code", "day"], condition=Q(state="open")),
        ]


class WriteOff(Table):
    """A difference that one officer proposes to write off and another agrees to; ``amount_fen`` as it is booked.

    ``amount_fen`` > 0: the gateway has more than the ledger. The two sums are those the proposer saw.
    """

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="+", db_index=False)
    gateway = models.TextField()
    amount_fen = models.BigIntegerField()
    statement_fen = models.BigIntegerField(null=True)
    ledger_fen = models.BigIntegerField(null=True)
    words = models.TextField()
    stage = models.TextField(default="proposed")
    proposed_by_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    transaction_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "reconciliation_write_off"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="reconciliation_write_off_once",
                fields=["city_code", "difference"],
                condition=Q(stage__in=["proposed", "agreed"]),
            ),
            models.CheckConstraint(name="reconciliation_write_off_amount", condition=~Q(amount_fen=0)),
            models.CheckConstraint(
                name="reconciliation_write_off_stage",
                condition=Q(stage="proposed", decided_by_id__isnull=True, transaction_id__isnull=True)
                | Q(stage="declined", decided_by_id__isnull=False, transaction_id__isnull=True)
                | Q(stage="agreed", decided_by_id__isnull=False, transaction_id__isnull=False),
            ),
            models.CheckConstraint(
                name="reconciliation_write_off_four_eyes",
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("proposed_by_id")),
            ),
        ]
        indexes: ClassVar = [models.Index(name="reconciliation_write_off_list", fields=["city_code", "stage", "-id"])]


class BillerAnswer(Table):
    """What a biller said of the platform's own file of a day: the newest answer, and which file it was given."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    biller = models.TextField()
    day = models.DateField()
    content_hash = models.BinaryField()
    findings = models.JSONField(default=list)
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_biller_answer"
        constraints: ClassVar = [
            models.UniqueConstraint(name="reconciliation_biller_answer_once", fields=["city_code", "biller", "day"])
        ]


class DayClose(Table):
    """A business day of a city that finance has closed: its sums as they stood, and the hash of its treasury file."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    day = models.DateField()
    captured_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    treasury_hash = models.BinaryField()
    closed_by_id = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_day_close"
        constraints: ClassVar = [
            models.UniqueConstraint(name="reconciliation_day_close_once", fields=["city_code", "day"])
        ]
