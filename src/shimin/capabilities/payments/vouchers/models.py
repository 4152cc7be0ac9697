"""Tables of vouchers: blocks of numbers that agencies got, and what was issued from them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.payments.vouchers.domain.forms import BLOCK, MOST
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class VoucherBatch(Table):
    """A block of numbers of one code that an agency got; the first ``used`` of them are issued, none is left out."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField()
    code = models.CharField(max_length=8)
    first_number = models.BigIntegerField()
    used = models.IntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "vouchers_batch"
        constraints: ClassVar = [
            models.UniqueConstraint(name="vouchers_batch_block", fields=["city_code", "code", "first_number"]),
            models.UniqueConstraint(
                name="vouchers_batch_open", fields=["city_code", "agency_id", "code"], condition=Q(used__lt=BLOCK)
            ),
            models.CheckConstraint(name="vouchers_batch_used", condition=Q(used__gte=0) & Q(used__lte=BLOCK)),
        ]


class Voucher(Table):
    """A voucher, never changed. A red one (``reverses``) takes another back; that one then has ``reversed_at``.

    Of the payer only the masked name of a payment notice is kept; who was fined is known to the agency alone.
    """

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    batch = models.ForeignKey(VoucherBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=8)
    number = models.BigIntegerField()
    kind_title = models.TextField()
    agency_id = models.BigIntegerField()
    agency_name = models.TextField()
    agency_uscc = models.CharField(max_length=18)
    item_code = models.TextField()
    item_title = models.TextField()
    title = models.TextField()
    payment_code = models.TextField(default="")
    payer_masked = models.TextField(default="")
    amount_fen = models.BigIntegerField()
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=19)
    line_id = models.BigIntegerField()
    paid_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vouchers_voucher"
        constraints: ClassVar = [
            models.UniqueConstraint(name="vouchers_voucher_number", fields=["city_code", "code", "number"]),
            models.UniqueConstraint(
                name="vouchers_voucher_one_valid",
                fields=["city_code", "line_id"],
                condition=Q(reverses__isnull=True, reversed_at__isnull=True),
            ),
            models.UniqueConstraint(name="vouchers_voucher_reversed_once", fields=["city_code", "reverses"]),
            models.CheckConstraint(name="vouchers_voucher_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="vouchers_voucher_number_form", condition=Q(number__gte=1) & Q(number__lte=MOST)
            ),
            models.CheckConstraint(
                name="vouchers_voucher_red",
                condition=Q(reverses__isnull=True) | (Q(reversed_at__isnull=True) & ~Q(reverses=F("id"))),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="vouchers_voucher_order", fields=["order_id"]),
            models.Index(name="vouchers_voucher_agency", fields=["agency_id", "-id"]),
        ]  # fmt: skip
