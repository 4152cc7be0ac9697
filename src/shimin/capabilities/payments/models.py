"""Tables: orders with lines, tries and captures; claims that let a debt be paid once; the ledger; refunds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.payments.domain.ledger import CURRENCY, EntryKind
from shimin.capabilities.payments.domain.orders import MOST_FEN, LineState, OrderState
from shimin.capabilities.payments.domain.refunds import RefundReason, RefundStage
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind

_UNPAID = Q(state__in=[str(OrderState.CREATED), str(OrderState.PAYING)])
_PAID = Q(state__in=[str(OrderState.CAPTURED), str(OrderState.SETTLED), str(OrderState.REFUNDED)])


class Order(Table):
    """What one payer pays at once, to payees of one city. Written by ``payments_place_order`` and its sisters."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    number = models.CharField(max_length=19)
    payer_account_id = models.BigIntegerField(null=True)
    link_hash = models.BinaryField()
    purpose = models.TextField()
    title = models.TextField()
    total_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    content_hash = models.BinaryField()
    state = models.TextField(default=str(OrderState.CREATED))
    version = models.IntegerField(default=1)
    gateway = models.TextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_order"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "number"], name="payments_order_number"),
            models.CheckConstraint(
                name="payments_order_state", condition=Q(state__in=[str(state) for state in OrderState])
            ),
            models.CheckConstraint(
                name="payments_order_total", condition=Q(total_fen__gt=0) & Q(total_fen__lte=MOST_FEN)
            ),
            models.CheckConstraint(
                name="payments_order_refunded", condition=Q(refunded_fen__gte=0) & Q(refunded_fen__lte=F("total_fen"))
            ),
            models.CheckConstraint(
                name="payments_order_captured",
                condition=(_PAID & Q(captured_at__isnull=False)) | (~_PAID & Q(captured_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_order_mine", fields=["payer_account_id", "-id"]),
            models.Index(name="payments_order_expiring", fields=["expires_at"], condition=_UNPAID),
            models.Index(name="payments_order_days", fields=["city_code", "captured_at"], condition=_PAID),
        ]


class OrderLine(Table):
    """One debt in an order: what for, to whom, how much, and how far its keeper has been told."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    city_code = models.CharField(max_length=6)
    payable_kind = models.TextField()
    payable_ref = models.TextField()
    claim_hash = models.BinaryField()
    title = models.TextField()
    amount_fen = models.BigIntegerField()
    payee_code = models.TextField()
    payee_name = models.TextField()
    agency_id = models.BigIntegerField(null=True)
    item_code = models.TextField()
    state = models.TextField(default=str(LineState.OWED))
    refund_held_fen = models.BigIntegerField(default=0)
    settle_after = models.DateTimeField(null=True)
    settle_tries = models.IntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    reverted_at = models.DateTimeField(null=True)
    keeper_receipt = models.TextField(default="")

    class Meta:
        db_table = "payments_order_line"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city_code", "order", "payable_kind", "payable_ref"], name="payments_order_line_once"
            ),
            models.CheckConstraint(name="payments_order_line_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payments_order_line_state", condition=Q(state__in=[str(state) for state in LineState])
            ),
            models.CheckConstraint(
                name="payments_order_line_refunds",
                condition=Q(refund_held_fen__gte=0) & Q(refund_held_fen__lte=F("amount_fen")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="payments_line_to_settle", fields=["settle_after"], condition=Q(settle_after__isnull=False)
            ),
        ]


class Attempt(Table):
    """One try to pay an order at a gateway; polled until the gateway has given a last word."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    city_code = models.CharField(max_length=6)
    gateway = models.TextField()
    out_trade_no = models.TextField()
    amount_fen = models.BigIntegerField()
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    polls = models.IntegerField(default=0)
    next_poll_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "out_trade_no"], name="payments_attempt_number"),
            models.CheckConstraint(
                name="payments_attempt_state", condition=Q(state__in=["open", "captured", "closed"])
            ),
            models.CheckConstraint(name="payments_attempt_amount", condition=Q(amount_fen__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_attempt_polls", fields=["next_poll_at"], condition=Q(state="open")),
            models.Index(name="payments_attempt_days", fields=["city_code", "opened_at"]),
        ]


class Capture(Table):
    """Money that came in, once per number of the gateway. An order has one; a further one is surplus and goes back."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="captures")
    city_code = models.CharField(max_length=6)
    gateway = models.TextField()
    trade_no = models.TextField()
    out_trade_no = models.TextField()
    amount_fen = models.BigIntegerField()
    is_surplus = models.BooleanField()
    source = models.TextField()
    paid_at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "payments_capture"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "gateway", "trade_no"], name="payments_capture_trade"),
            models.UniqueConstraint(
                fields=["city_code", "order"], condition=Q(is_surplus=False), name="payments_capture_once"
            ),
            models.CheckConstraint(name="payments_capture_amount", condition=Q(amount_fen__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_capture_days", fields=["city_code", "gateway", "paid_at"]),
        ]


class Claim(Table):
    """The keyed hash of a debt → the order that may pay it, or has: the one place where a debt is paid once."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    order_id = models.BigIntegerField()
    is_paid = models.BooleanField(default=False)
    held_until = models.DateTimeField()

    class Meta:
        db_table = "payments_claim"
        indexes: ClassVar = [models.Index(name="payments_claim_order", fields=["order_id"])]


class OrderKey(Table):
    """The keyed hash of a payer's idempotency key → the order it made. Kept for ever."""

    kind: ClassVar[TableKind] = TableKind.HANDLE

    hash = models.BinaryField(primary_key=True)
    order_id = models.BigIntegerField()
    fingerprint = models.BinaryField()

    class Meta:
        db_table = "payments_order_key"


class LedgerEntry(Table):
    """One side of a money movement; never changed, never deleted. Debit is positive, credit negative."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    transaction_id = models.BigIntegerField()
    entry_kind = models.TextField()
    account = models.TextField()
    currency = models.CharField(max_length=3, default=CURRENCY)
    amount_fen = models.BigIntegerField()
    payee_code = models.TextField(default="")
    item_code = models.TextField(default="")
    agency_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    line_id = models.BigIntegerField(null=True)
    document = models.TextField(default="")
    business_date = models.DateField()
    posted_at = models.DateTimeField()

    class Meta:
        db_table = "payments_ledger_entry"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_ledger_entry_amount", condition=~Q(amount_fen=0)),
            models.CheckConstraint(
                name="payments_ledger_entry_kind", condition=Q(entry_kind__in=[str(kind) for kind in EntryKind])
            ),
            models.CheckConstraint(
                name="payments_ledger_entry_account",
                condition=Q(account__regex=r"^(gateway|cash|payee):[a-z0-9:._-]+$|^(bank|surplus|fees|write_off)$"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_ledger_transaction", fields=["transaction_id"]),
            models.Index(name="payments_ledger_days", fields=["city_code", "business_date", "account"]),
            models.Index(name="payments_ledger_order", fields=["order_id"]),
        ]


class Refund(Table):
    """Money on its way back. Asked for and agreed to by two people; surplus goes back by itself."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, related_name="refunds")
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField(null=True)
    gateway = models.TextField()
    out_trade_no = models.TextField()
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    words = models.TextField(default="")
    stage = models.TextField()
    version = models.IntegerField(default=1)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_refund"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_refund_amount", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payments_refund_stage", condition=Q(stage__in=[str(stage) for stage in RefundStage])
            ),
            models.CheckConstraint(
                name="payments_refund_reason", condition=Q(reason__in=[str(reason) for reason in RefundReason])
            ),
            models.CheckConstraint(
                name="payments_refund_four_eyes",
                condition=Q(requested_by_id__isnull=True)
                | Q(decided_by_id__isnull=True)
                | ~Q(requested_by_id=F("decided_by_id")),
            ),
            models.CheckConstraint(
                name="payments_refund_agreed",
                condition=Q(stage__in=[str(RefundStage.REQUESTED)])
                | Q(requested_by_id__isnull=True)
                | Q(decided_by_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="payments_refund_order", fields=["order"]),
            models.Index(
                name="payments_refund_to_send",
                fields=["next_try_at"],
                condition=Q(stage__in=[str(RefundStage.AGREED), str(RefundStage.SENT)]),
            ),
        ]
