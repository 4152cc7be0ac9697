"""Routes: billers, bound accounts, their bills. Bills are paid like any debt: POST /me/orders."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Path, Router
from ninja.responses import Status

from shimin.capabilities.payments.billing.api.schemas import (
    AccountOut,
    BillerOut,
    BindIn,
    BoundOut,
    CardIssuerOut,
    RemindersIn,
    TopUpIn,
    TopUpOut,
    account_out,
    biller_out,
    bound_out,
)
from shimin.capabilities.payments.billing.public import (
    billers,
    bind_account,
    card_issuers,
    get_account_bills,
    get_bound_for,
    list_bills,
    set_reminders,
    top_up,
    unbind_account,
)
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn, idempotency_key

router = Router()
BoundId = Annotated[IdText, Path()]


@router.get("/billers", auth=Public(), operation_id="list_billers", response=list[BillerOut], summary="Who can be paid")
def get_billers(request: Request) -> list[dict[str, Any]]:
    return [biller_out(biller) for biller in billers()]


@router.get(
    "/me/bill-accounts", auth=SignedIn(), operation_id="list_bill_accounts", response=list[AccountOut],
    summary="My bound accounts with their bills, read at the billers now",
)  # fmt: skip
def get_accounts(request: Request) -> list[dict[str, Any]]:
    return [account_out(account) for account in list_bills(request.actor)]


@router.post(
    "/me/bill-accounts", auth=SignedIn(), operation_id="bind_bill_account", response={201: BoundOut},
    summary="Bind an account by number; the biller checks it",
)  # fmt: skip
def post_account(request: Request, body: BindIn) -> Status[dict[str, Any]]:
    bound_id = bind_account(
        actor=request.actor, biller_code=body.biller, number=body.number, holder_name=body.holder_name,
        home=body.home, consents=body.consents, now=clock.now(),
    )  # fmt: skip
    return Status(201, bound_out(get_bound_for(actor=request.actor, bound_id=bound_id)))


@router.get(
    "/me/bill-accounts/{bound_id}", auth=SignedIn(), operation_id="get_bill_account", response=AccountOut,
    summary="One account: bills by month, power by day",
)  # fmt: skip
def get_account(request: Request, bound_id: BoundId) -> dict[str, Any]:
    return account_out(*get_account_bills(actor=request.actor, bound_id=int(bound_id)))


@router.put(
    "/me/bill-accounts/{bound_id}/reminders", auth=SignedIn(), operation_id="set_bill_reminders",
    response={204: None}, summary="Switch an account's reminders on or off",
)  # fmt: skip
def put_reminders(request: Request, bound_id: BoundId, body: RemindersIn) -> Status[None]:
    set_reminders(actor=request.actor, bound_id=int(bound_id), reminds=body.reminds, now=clock.now())
    return Status(204, None)


@router.delete(
    "/me/bill-accounts/{bound_id}", auth=SignedIn(), operation_id="unbind_bill_account", response={204: None},
    summary="Remove a bound account",
)  # fmt: skip
def delete_account(request: Request, bound_id: BoundId) -> Status[None]:
    unbind_account(actor=request.actor, bound_id=int(bound_id), now=clock.now())
    return Status(204, None)


@router.get(
    "/card-issuers", auth=Public(), operation_id="list_card_issuers", response=list[CardIssuerOut],
    summary="Whose cards can be topped up: schools (campus) and transit companies (transit)",
)  # fmt: skip
def get_card_issuers(request: Request) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "kind": each.kind.code, "city_code": each.city_code, "name": each.name}
        for each in card_issuers()
    ]


@router.post(
    "/me/card-top-ups", auth=SignedIn(), operation_id="top_up_card", response={201: TopUpOut},
    summary="Place the order of a card's top-up; needs an Idempotency-Key of 16 to 40 characters",
)  # fmt: skip
def post_top_up(request: Request, body: TopUpIn) -> Status[dict[str, Any]]:
    order_id = top_up(
        actor=request.actor, issuer_code=body.issuer, card=body.card, yuan=body.yuan,
        key=idempotency_key(request) or "", now=clock.now(),
    )  # fmt: skip
    return Status(201, {"order_id": order_id})
