"""The inviter's pages: make a link for chosen bills or an open order, see how it stands, withdraw it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.invitations.public import (
    LIFETIME_WORDS,
    InvitationState,
    InvitationView,
    get_invitation_for,
    invite,
    invite_for_order,
    list_invitations,
    withdraw_invitation,
)
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, signed_in

WORDS = {
    InvitationState.OPEN: ("等人代付", "amber"),
    InvitationState.PAID: ("已有人缴清", "green"),
    InvitationState.WITHDRAWN: ("已撤回，链接打不开了", "grey"),
    InvitationState.EXPIRED: ("已过期，链接打不开了", "grey"),
}
USUAL_DAYS = "3"


@require_safe
@signed_in()
def mine(request: Request) -> HttpResponse:
    """List one's links."""
    now = clock.now()
    rows = [(each, *WORDS[each.state_at(now)]) for each in list_invitations(request.actor)]
    return _private(render(request, "invitations/mine.html", {"rows": rows}))


@require_POST
@signed_in(transaction=False)
def new(request: Request) -> HttpResponse:
    """Make a link for what a page offers (``debt`` is "kind:ref"), or for an open order."""
    days, order = request.POST.get("days", USUAL_DAYS), request.POST.get("order", "")
    if order:
        if not order.isascii() or not order.isdigit() or len(order) > 19:
            raise InvalidInput(fields={"order": "不知道要请人付哪一笔，请回到上一页重新选择。"})
        invitation_id = invite_for_order(actor=request.actor, order_id=int(order), days=days, now=clock.now())
    else:
        debts = [text.partition(":")[::2] for text in request.POST.getlist("debt")]
        lines = [(str(kind), str(ref)) for kind, ref in debts]
        invitation_id = invite(actor=request.actor, lines=lines, days=days, now=clock.now())
    return HttpResponseRedirect(reverse("invitations:invitation", args=[invitation_id]))


@require_safe
@signed_in()
def invitation(request: Request, invitation_id: int) -> HttpResponse:
    """Show one's link and how it stands."""
    found = get_invitation_for(actor=request.actor, invitation_id=invitation_id)
    words, light = WORDS[found.state_at(clock.now())]
    context = {
        "invitation": found, "words": words, "light": light, "address": address_of(request, found),
        "is_open": found.state_at(clock.now()) is InvitationState.OPEN, "lifetimes": LIFETIME_WORDS,
    }  # fmt: skip
    return _private(render(request, "invitations/invitation.html", context))


@require_POST
@signed_in(transaction=False)
def withdraw(request: Request, invitation_id: int) -> HttpResponse:
    """End a link."""
    withdraw_invitation(actor=request.actor, invitation_id=invitation_id, now=clock.now())
    return HttpResponseRedirect(reverse("invitations:invitation", args=[invitation_id]))


def address_of(request: Request, found: InvitationView) -> str:
    """Return the link: a number and a secret, nothing of a person."""
    path = reverse("invitations:offer", args=[found.invitation_id])
    return request.build_absolute_uri(f"{path}?{urlencode({'k': found.link})}")


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
