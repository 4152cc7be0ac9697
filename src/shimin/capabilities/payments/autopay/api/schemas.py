"""Shapes of the JSON API. Money is in fen, but for what a person agrees to: whole yuan."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from shimin.capabilities.payments.autopay.public import DeductionView, PlanView
from shimin.kernel.web.api import IdText


class BillsIn(Schema):
    """Have a bound account's bills paid. ``consents``: the holder is the person, or has agreed."""

    bound_id: IdText
    most_yuan: int
    cap_yuan: int
    gateway: Annotated[str, Field(max_length=40)]
    consents: bool


class CardIn(Schema):
    """Have a card topped up by ``amount_yuan`` when less than ``threshold_yuan`` is on it."""

    issuer: Annotated[str, Field(max_length=40)]
    card: Annotated[str, Field(max_length=60)]
    threshold_yuan: int
    amount_yuan: int
    cap_yuan: int
    gateway: Annotated[str, Field(max_length=40)]
    consents: bool


class ChangeIn(Schema):
    """What to do with a plan."""

    do: Literal["pause", "resume"]


class DecisionIn(Schema):
    """What to do with an announced deduction."""

    do: Literal["skip", "now"]


class SigningOut(Schema):
    """Where the person signs, in a browser."""

    url: str


class PlanOut(Schema):
    """What was agreed to. ``used_fen``: of the cap of ``month``, taken or announced."""

    plan_id: IdText
    about: str
    bound_id: IdText | None
    title: str
    threshold_fen: int
    amount_fen: int
    monthly_cap_fen: int
    month: str
    used_fen: int
    gateway: str
    state: str
    ended_by: str | None
    created_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None


class DeductionOut(Schema):
    """One deduction; ``order_id`` leads to GET /me/orders/{order_id}."""

    deduction_id: IdText
    title: str
    amount_fen: int
    state: str
    reason: str
    order_id: IdText | None
    announced_at: datetime
    take_after: datetime
    ended_at: datetime | None


def plan_out(plan: PlanView) -> dict[str, Any]:
    """Return a plan as JSON values."""
    return {name: getattr(plan, name) for name in PlanOut.model_fields}


def deduction_out(deduction: DeductionView) -> dict[str, Any]:
    """Return a deduction as JSON values."""
    return {name: getattr(deduction, name) for name in DeductionOut.model_fields}
