"""Routes: make a link, see and withdraw one's own; what a link asks for, and paying by it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from django.urls import reverse
from ninja import Path, Query, Router
from ninja.responses import Status

from shimin.capabilities.payments.invitations.api.schemas import (
    AnswerIn,
    AnswerOut,
    InvitationIn,
    InvitationOut,
    OfferOut,
    invitation_out,
    offer_out,
)
from shimin.capabilities.payments.invitations.public import (
    InvitationView,
    answer_invitation,
    get_invitation_for,
    invite,
    list_invitations,
    read_offer,
    withdraw_invitation,
)
from shimin.capabilities.payments.public import link_secret
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn, idempotency_key

router = Router()
InvitationId = Annotated[IdText, Path()]


def _out(request: Request, view: InvitationView) -> dict[str, Any]:
    path = reverse("invitations:offer", args=[view.invitation_id])
    return invitation_out(view, request.build_absolute_uri(f"{path}?{urlencode({'k': view.link})}"), clock.now())


@router.post(
    "/me/pay-invitations", auth=SignedIn(), operation_id="invite_payer", response={201: InvitationOut},
    summary="A link by which anybody may pay my bills, without learning whose they are",
)  # fmt: skip
def post_invitation(request: Request, body: InvitationIn) -> Status[dict[str, Any]]:
    lines = [(line.kind, line.ref) for line in body.lines]
    invitation_id = invite(actor=request.actor, lines=lines, days=body.days, now=clock.now())
    return Status(201, _out(request, get_invitation_for(actor=request.actor, invitation_id=invitation_id)))


@router.get(
    "/me/pay-invitations", auth=SignedIn(), operation_id="list_pay_invitations", response=list[InvitationOut],
    summary="My links, newest first",
)  # fmt: skip
def get_invitations(request: Request) -> list[dict[str, Any]]:
    return [_out(request, view) for view in list_invitations(request.actor)]


@router.delete(
    "/me/pay-invitations/{invitation_id}", auth=SignedIn(), operation_id="withdraw_pay_invitation",
    response={204: None}, summary="End a link",
)  # fmt: skip
def delete_invitation(request: Request, invitation_id: InvitationId) -> Status[None]:
    withdraw_invitation(actor=request.actor, invitation_id=int(invitation_id), now=clock.now())
    return Status(204, None)


@router.get(
    "/pay-invitations/{invitation_id}", auth=Public(), operation_id="get_pay_offer", response=OfferOut,
    summary="What a link asks for now",
)  # fmt: skip
def get_offer(request: Request, invitation_id: InvitationId, k: Annotated[str, Query(max_length=40)]) -> dict[str, Any]:
    return offer_out(read_offer(actor=request.actor, invitation_id=int(invitation_id), link=k, now=clock.now()))


@router.post(
    "/pay-invitations/{invitation_id}/orders", auth=Public(), operation_id="answer_pay_invitation",
    response={201: AnswerOut}, summary="Place an order by a link; needs an Idempotency-Key",
)  # fmt: skip
def post_answer(request: Request, invitation_id: InvitationId, body: AnswerIn) -> Status[dict[str, Any]]:
    order_id = answer_invitation(
        actor=request.actor, invitation_id=int(invitation_id), link=body.k, key=idempotency_key(request) or "",
        now=clock.now(),
    )  # fmt: skip
    path = reverse("payments:order", args=[order_id])
    query = "" if request.actor.account_id is not None else f"?{urlencode({'k': link_secret(order_id)})}"
    return Status(201, {"url": request.build_absolute_uri(path + query)})
