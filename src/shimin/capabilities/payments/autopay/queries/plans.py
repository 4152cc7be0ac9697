"""Plans and their deductions as their owner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.payments.autopay.domain.states import DeductionState, EndedBy, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import About
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired

PAGE = 20


@dataclass(frozen=True, slots=True)
class PlanView:
    """What was agreed to. ``used_fen`` is what the month ``month`` ("2026-11") has been promised or has cost."""

    plan_id: int
    about: About
    bound_id: int | None
    title: str
    threshold_fen: int
    amount_fen: int
    monthly_cap_fen: int
    month: str
    used_fen: int
    gateway: str
    state: PlanState
    ended_by: EndedBy | None
    created_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None
    is_gateway_told: bool


@dataclass(frozen=True, slots=True)
class DeductionView:
    """One deduction; ``order_id`` leads to the order and its receipt."""

    deduction_id: int
    plan_id: int
    title: str
    amount_fen: int
    state: DeductionState
    reason: Reason
    order_id: int | None
    announced_at: datetime
    take_after: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeductionPage:
    """Deductions, newest first. ``next`` is the id to go on after, None at the end."""

    deductions: tuple[DeductionView, ...]
    next: int | None


def list_plans(actor: Actor) -> tuple[PlanView, ...]:
    """Return the actor's plans, newest first, ended ones last. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    with scope(actor):
        rows = list(Plan.objects.filter(account_id=actor.account_id).order_by("-id")[:200])
    return tuple(sorted((plan_view(row) for row in rows), key=lambda plan: plan.state is PlanState.ENDED))


def get_plan_for(*, actor: Actor, plan_id: int) -> PlanView:
    """Return one of the actor's plans.

    Raises:
        NotFound: it is not there, or another's.
    """
    with scope(actor):
        row = Plan.objects.filter(id=plan_id, account_id=actor.account_id or 0).first()
    if row is None:
        raise NotFound
    return plan_view(row)


def list_deductions(*, actor: Actor, plan_id: int, after: int | None = None, limit: int = PAGE) -> DeductionPage:
    """Return a plan's deductions, newest first. One statement.

    Raises:
        NotFound: the plan is not there, or another's.
    """
    get_plan_for(actor=actor, plan_id=plan_id)
    rows = Deduction.objects.filter(account_id=actor.account_id or 0, plan_id=plan_id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    with scope(actor):
        page = list(rows.order_by("-id")[: limit + 1])
    shown = tuple(deduction_view(row) for row in page[:limit])
    return DeductionPage(shown, shown[-1].deduction_id if len(page) > limit else None)


def plan_view(row: Plan) -> PlanView:
    """Return a plan's row as pages see it."""
    return PlanView(
        plan_id=row.id, about=About(row.about), bound_id=row.bound_id, title=row.title, threshold_fen=row.threshold_fen,
        amount_fen=row.amount_fen, monthly_cap_fen=row.monthly_cap_fen, month=row.month, used_fen=row.month_used_fen,
        gateway=row.gateway, state=PlanState(row.state), ended_by=EndedBy(row.ended_by) if row.ended_by else None,
        created_at=row.created_at, signed_at=row.signed_at, ended_at=row.ended_at,
        is_gateway_told=row.unsign_at is None,
    )  # fmt: skip


def deduction_view(row: Deduction) -> DeductionView:
    """Return a deduction's row as pages see it."""
    return DeductionView(
        deduction_id=row.id, plan_id=row.plan_id, title=row.title, amount_fen=row.amount_fen,
        state=DeductionState(row.state), reason=Reason(row.reason), order_id=row.order_id,
        announced_at=row.announced_at, take_after=row.take_after, ended_at=row.ended_at,
    )  # fmt: skip
