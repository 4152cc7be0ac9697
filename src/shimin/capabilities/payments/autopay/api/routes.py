"""Routes: agree, sign, see, pause, resume and withdraw; skip a deduction or have it taken now."""

from __future__ import annotations

from typing import Annotated, Any

from django.urls import reverse
from ninja import Path, Query, Router
from ninja.responses import Status

from shimin.capabilities.payments.autopay.api.schemas import (
    BillsIn,
    CardIn,
    ChangeIn,
    DecisionIn,
    DeductionOut,
    PlanOut,
    SigningOut,
    deduction_out,
    plan_out,
)
from shimin.capabilities.payments.autopay.public import (
    check_signing,
    get_plan_for,
    list_deductions,
    list_plans,
    open_signing,
    pause_plan,
    resume_plan,
    set_up_bills,
    set_up_card,
    skip_deduction,
    take_deduction_now,
    withdraw_plan,
)
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, SignedIn, decode_cursor, encode_cursor

router = Router()
AnId = Annotated[IdText, Path()]


@router.get(
    "/me/auto-payments", auth=SignedIn(), operation_id="list_auto_payments", response=list[PlanOut],
    summary="What I have agreed to have paid by itself",
)  # fmt: skip
def get_plans(request: Request) -> list[dict[str, Any]]:
    return [plan_out(plan) for plan in list_plans(request.actor)]


@router.post(
    "/me/auto-payments/bills", auth=SignedIn(), operation_id="set_up_auto_bills", response={201: PlanOut},
    summary="Have a bound account's bills paid; valid once signed",
)  # fmt: skip
def post_bills(request: Request, body: BillsIn) -> Status[dict[str, Any]]:
    plan_id = set_up_bills(
        actor=request.actor, bound_id=int(body.bound_id), most_yuan=body.most_yuan, cap_yuan=body.cap_yuan,
        gateway_code=body.gateway, consents=body.consents, now=clock.now(),
    )  # fmt: skip
    return Status(201, plan_out(get_plan_for(actor=request.actor, plan_id=plan_id)))


@router.post(
    "/me/auto-payments/cards", auth=SignedIn(), operation_id="set_up_auto_card", response={201: PlanOut},
    summary="Have a card topped up when it runs low; valid once signed",
)  # fmt: skip
def post_card(request: Request, body: CardIn) -> Status[dict[str, Any]]:
    plan_id = set_up_card(
        actor=request.actor, issuer_code=body.issuer, card=body.card, threshold_yuan=body.threshold_yuan,
        amount_yuan=body.amount_yuan, cap_yuan=body.cap_yuan, gateway_code=body.gateway, consents=body.consents,
        now=clock.now(),
    )  # fmt: skip
    return Status(201, plan_out(get_plan_for(actor=request.actor, plan_id=plan_id)))


@router.get(
    "/me/auto-payments/{plan_id}", auth=SignedIn(), operation_id="get_auto_payment", response=PlanOut,
    summary="One of them; an unsigned one is asked about at its gateway",
)  # fmt: skip
def get_plan(request: Request, plan_id: AnId) -> dict[str, Any]:
    return plan_out(check_signing(actor=request.actor, plan_id=int(plan_id), now=clock.now()))


@router.post(
    "/me/auto-payments/{plan_id}/signing", auth=SignedIn(), operation_id="sign_auto_payment", response=SigningOut,
    summary="Where to sign it, in a browser",
)  # fmt: skip
def post_signing(request: Request, plan_id: AnId) -> dict[str, Any]:
    plan = get_plan_for(actor=request.actor, plan_id=int(plan_id))
    address = open_signing(
        actor=request.actor, plan_id=plan.plan_id,
        return_url=request.build_absolute_uri(reverse("autopay:back", args=[plan.plan_id])),
        notify_url=request.build_absolute_uri(reverse("autopay:notify", args=[plan.gateway])),
    )  # fmt: skip
    return {"url": address}


@router.post(
    "/me/auto-payments/{plan_id}/change", auth=SignedIn(), operation_id="change_auto_payment", response=PlanOut,
    summary="Pause or resume it",
)  # fmt: skip
def post_change(request: Request, plan_id: AnId, body: ChangeIn) -> dict[str, Any]:
    way = pause_plan if body.do == "pause" else resume_plan
    way(actor=request.actor, plan_id=int(plan_id), now=clock.now())
    return plan_out(get_plan_for(actor=request.actor, plan_id=int(plan_id)))


@router.delete(
    "/me/auto-payments/{plan_id}", auth=SignedIn(), operation_id="withdraw_auto_payment", response={204: None},
    summary="End it at once, here and at the gateway",
)  # fmt: skip
def delete_plan(request: Request, plan_id: AnId) -> Status[None]:
    withdraw_plan(actor=request.actor, plan_id=int(plan_id), now=clock.now())
    return Status(204, None)


@router.get(
    "/me/auto-payments/{plan_id}/deductions", auth=SignedIn(), operation_id="list_auto_deductions",
    response=Page[DeductionOut], summary="Its deductions, newest first",
)  # fmt: skip
def get_deductions(
    request: Request, plan_id: AnId, after: Annotated[str | None, Query(max_length=100)] = None
) -> dict[str, Any]:
    page = list_deductions(
        actor=request.actor, plan_id=int(plan_id), after=decode_cursor(after, int)[0] if after else None
    )
    return {
        "items": [deduction_out(each) for each in page.deductions],
        "next": encode_cursor(page.next) if page.next is not None else None,
    }


@router.post(
    "/me/auto-deductions/{deduction_id}", auth=SignedIn(), operation_id="decide_auto_deduction", response={204: None},
    summary="Skip an announced deduction, or have it taken now",
)  # fmt: skip
def post_decision(request: Request, deduction_id: AnId, body: DecisionIn) -> Status[None]:
    way = skip_deduction if body.do == "skip" else take_deduction_now
    way(actor=request.actor, deduction_id=int(deduction_id), now=clock.now())
    return Status(204, None)
