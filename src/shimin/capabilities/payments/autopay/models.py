"""Tables of automatic payment: what a person has agreed to, and each deduction that was announced."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.capabilities.payments.autopay.domain.states import LIVE, OPEN, DeductionState, EndedBy, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import About
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind

CARD, REF = "autopay.card", "autopay.ref"


class Plan(Table):
    """What a person has agreed to have paid by itself, up to which sums, and the gateway's agreement for it."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    about = models.TextField()
    bound_id = models.BigIntegerField(null=True)
    card_issuer = models.TextField(default="")
    card_sealed = SealedField(context=CARD, null=True)
    target_hash = models.BinaryField()
    title = models.TextField()
    threshold_fen = models.BigIntegerField(default=0)
    amount_fen = models.BigIntegerField()
    monthly_cap_fen = models.BigIntegerField()
    month = models.CharField(max_length=7, default="")
    month_used_fen = models.BigIntegerField(default=0)
    gateway = models.TextField()
    agreement_no = models.TextField(default="")
    state = models.TextField(default=str(PlanState.SIGNING))
    ended_by = models.TextField(default="")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)  # when the worker looks at it next: for its signature, or what is owed
    look_tries = models.IntegerField(default=0)
    unsign_at = models.DateTimeField(null=True)  # when the gateway is told that it is over, until it has said yes
    unsign_tries = models.IntegerField(default=0)

    class Meta:
        db_table = "autopay_plan"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="autopay_plan_once",
                fields=["account_id", "target_hash"],
                condition=Q(state__in=list(map(str, LIVE))),
            ),
            models.CheckConstraint(name="autopay_plan_about", condition=Q(about__in=[str(each) for each in About])),
            models.CheckConstraint(name="autopay_plan_state", condition=Q(state__in=[str(each) for each in PlanState])),
            models.CheckConstraint(
                name="autopay_plan_ended_by", condition=Q(ended_by__in=["", *(str(each) for each in EndedBy)])
            ),
            models.CheckConstraint(
                name="autopay_plan_sums", condition=Q(amount_fen__gt=0) & Q(amount_fen__lte=F("monthly_cap_fen"))
            ),
            models.CheckConstraint(
                name="autopay_plan_cap",
                condition=Q(month_used_fen__gte=0) & Q(month_used_fen__lte=F("monthly_cap_fen")),
            ),
            models.CheckConstraint(
                name="autopay_plan_signed",
                condition=~Q(state__in=[str(PlanState.ACTIVE), str(PlanState.PAUSED)]) | ~Q(agreement_no=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="autopay_plan_look", fields=["look_at"], condition=Q(look_at__isnull=False)),
            models.Index(name="autopay_plan_unsign", fields=["unsign_at"], condition=Q(unsign_at__isnull=False)),
        ]


class Deduction(Table):
    """One announced deduction, with what became of it. ``slot_hash``: the bill, or the card, it is for."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="deductions")
    city_code = models.CharField(max_length=6)
    slot_hash = models.BinaryField()
    ref_sealed = SealedField(context=REF)
    title = models.TextField()
    amount_fen = models.BigIntegerField()
    month = models.CharField(max_length=7)
    state = models.TextField()
    reason = models.TextField(default="")
    round = models.IntegerField(default=1)
    failures = models.IntegerField(default=0)
    order_id = models.BigIntegerField(null=True)
    announced_at = models.DateTimeField()
    take_after = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "autopay_deduction"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="autopay_deduction_open", fields=["account_id", "plan", "slot_hash"],
                condition=Q(state__in=list(map(str, OPEN))),
            ),
            models.UniqueConstraint(
                name="autopay_deduction_told", fields=["account_id", "plan", "slot_hash", "month", "reason"],
                condition=Q(
                    state=str(DeductionState.SKIPPED), reason__in=[str(Reason.OVER_LIMIT), str(Reason.OVER_CAP)]
                ),
            ),
            models.CheckConstraint(
                name="autopay_deduction_state", condition=Q(state__in=[str(each) for each in DeductionState])
            ),
            models.CheckConstraint(
                name="autopay_deduction_reason", condition=Q(reason__in=[str(each) for each in Reason])
            ),
            models.CheckConstraint(name="autopay_deduction_amount", condition=Q(amount_fen__gt=0)),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(name="autopay_deduction_due", fields=["next_try_at"], condition=Q(next_try_at__isnull=False)),
            models.Index(name="autopay_deduction_mine", fields=["account_id", "plan", "-id"]),
        ]
