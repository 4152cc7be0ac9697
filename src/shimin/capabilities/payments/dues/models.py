"""Tables of dues: payment notices, and the closing of tellers' drawers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class PaymentNotice(Table):
    """What an agency asks somebody to pay (缴款通知), under a code. Of the payer only a masked name is kept."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    code = models.CharField(max_length=20)
    agency_id = models.BigIntegerField()
    agency_name = models.TextField()
    item_code = models.TextField()
    item_title = models.TextField()
    title = models.TextField()
    payer_masked = models.TextField()
    amount_fen = models.BigIntegerField()
    due_at = models.DateTimeField()
    issued_by_id = models.BigIntegerField()
    issued_at = models.DateTimeField()
    cancelled_by_id = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_words = models.TextField(default="")
    paid_at = models.DateTimeField(null=True)
    paid_line_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "dues_payment_notice"
        constraints: ClassVar = [
            models.UniqueConstraint(name="dues_payment_notice_code", fields=["city_code", "code"]),
            models.CheckConstraint(name="dues_payment_notice_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="dues_payment_notice_due", condition=Q(due_at__gt=F("issued_at"))),
            models.CheckConstraint(
                name="dues_payment_notice_cancelled",
                condition=Q(cancelled_at__isnull=True) | (Q(paid_at__isnull=True) & ~Q(cancel_words="")),
            ),
            models.CheckConstraint(
                name="dues_payment_notice_paid",
                condition=Q(paid_at__isnull=True, paid_line_id__isnull=True)
                | Q(paid_at__isnull=False, paid_line_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="dues_payment_notice_agency", fields=["agency_id", "-id"])]


class DrawerClose(Table):
    """A teller's drawer, counted at the end of a day against what the ledger says is in it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    drawer = models.TextField()
    day = models.DateField()
    expected_fen = models.BigIntegerField()
    counted_fen = models.BigIntegerField()
    words = models.TextField(default="")
    closed_by_id = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "dues_drawer_close"
        constraints: ClassVar = [
            models.UniqueConstraint(name="dues_drawer_close_once", fields=["city_code", "drawer", "day"]),
            models.CheckConstraint(name="dues_drawer_close_counted", condition=Q(counted_fen__gte=0)),
            models.CheckConstraint(
                name="dues_drawer_close_explained", condition=Q(counted_fen=F("expected_fen")) | ~Q(words="")
            ),
        ]
