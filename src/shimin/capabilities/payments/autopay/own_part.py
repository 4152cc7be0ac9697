"""Automatic payment's part of a person's data: what they agreed to, and each deduction."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Rows,
    Settle,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.payments.autopay.domain.states import LIVE, OPEN, EndedBy
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations.changes import end_plan
from shimin.capabilities.payments.billing.public import same_bound_id
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope

_MOST = 20_000


def export_auto_pay(actor: Actor) -> Rows:
    """Return the actor's plans and deductions."""
    if actor.account_id is None:
        return []
    with scope(actor):
        plans = Plan.objects.filter(account_id=actor.account_id).order_by("id").values(
            "id", "title", "threshold_fen", "amount_fen", "monthly_cap_fen", "gateway", "agreement_no", "state",
            "created_at", "signed_at", "ended_at",
        )  # fmt: skip
        deductions = (
            Deduction.objects.filter(account_id=actor.account_id)
            .order_by("id")
            .values("id", "plan_id", "title", "amount_fen", "state", "reason", "order_id", "announced_at", "ended_at")
        )
        return [
            *({"kind": "auto_pay", **plan} for plan in plans[:_MOST]),
            *({"kind": "deduction", **deduction} for deduction in deductions[:_MOST]),
        ]


def erase_auto_pay(account_id: int, person_id: int | None, now: datetime) -> int:
    """End what is live, and leave of each plan only that and when there was an agreement; open deductions run out."""
    with scope(SYSTEM):
        for plan in Plan.objects.select_for_update().filter(account_id=account_id, state__in=LIVE).order_by("id"):
            end_plan(SYSTEM, plan, EndedBy.CLOSED, now)
        gone, _ = Deduction.objects.filter(account_id=account_id).exclude(state__in=OPEN).delete()
        plans = Plan.objects.filter(account_id=account_id).exclude(title="")
        return gone + plans.update(title="", card_sealed=None, bound_id=None)


register_personal_data(
    PersonalData(
        key="autopay", title="自动缴费的设置和扣款", tables=("autopay_plan", "autopay_deduction"),
        export=export_auto_pay, erase=erase_auto_pay,
        kept="代扣协议的编号和起止时间（只有编号，认不出是谁）作为扣款依据，随缴费记录保管。",
    )
)  # fmt: skip


def follow_bindings(account_id: int) -> None:
    """Let an account's plans be about its own bindings: of two of one number, one stayed with the other account."""
    with scope(SYSTEM):
        for plan in Plan.objects.filter(account_id=account_id, state__in=LIVE, bound_id__isnull=False).order_by("id"):
            mine = same_bound_id(account_id=account_id, bound_id=plan.bound_id or 0)
            if mine is not None:
                Plan.objects.filter(id=plan.id).update(bound_id=mine)


def end_what_stayed(account_id: int, now: datetime) -> None:
    """End plans that a merge left with the closed account: nobody would read there what is going to be taken."""
    with scope(SYSTEM):
        for plan in Plan.objects.select_for_update().filter(account_id=account_id, state__in=LIVE).order_by("id"):
            end_plan(SYSTEM, plan, EndedBy.CLOSED, now)


register_merge_part(
    MergePart(
        key="autopay", title="自动缴费",
        moves=(
            Moves(
                "autopay_plan", "个自动缴费",
                clashes=(
                    Clash(
                        ("target_hash",), only="{row}.state IN ('signing', 'active', 'paused')", settle=Settle.FIRST,
                        title="两边都给它开了自动缴费", label="own.title",
                        way="请先在其中一个账号的“自动缴费”里停掉一个。",
                    ),
                ),
            ),
            Moves(
                "autopay_deduction",
                behind=("plan_id", "autopay_plan"),
                clashes=(
                    Clash(("plan_id", "slot_hash"), only="{row}.state IN ('announced', 'placed', 'taken')"),
                    Clash(("plan_id", "slot_hash", "month", "reason"), only="{row}.state = 'skipped'"),
                ),
            ),
        ),
        after=follow_bindings, left=end_what_stayed,
    )
)  # fmt: skip
