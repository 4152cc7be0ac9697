"""The page behind the link: what is asked for, without whose it is, and one button."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.invitations.public import InvitationState, answer_invitation, read_offer
from shimin.capabilities.payments.public import AlreadyPaid, BeingPaid, link_secret
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public

_opened = LocalBucket(limit=30, per_seconds=60)


@require_safe
@public(transaction=False)
def offer(request: Request, invitation_id: int) -> HttpResponse:
    """Show what the link asks for."""
    _opened.take(request.META.get("REMOTE_ADDR", ""))
    link = request.GET.get("k", "")[:40]
    found = read_offer(actor=request.actor, invitation_id=invitation_id, link=link, now=clock.now())
    context = {
        "offer": found, "link": link, "key": secrets.token_urlsafe(16),
        "can_pay": found.state is InvitationState.OPEN and bool(found.lines),
        "is_paid": found.state is InvitationState.PAID,
    }  # fmt: skip
    return _private(render(request, "invitations/offer.html", context))


@require_POST
@public(transaction=False)
def pay(request: Request, invitation_id: int) -> HttpResponse:
    """Place the order of whoever pays and show it."""
    _opened.take(request.META.get("REMOTE_ADDR", ""))
    try:
        order_id = answer_invitation(
            actor=request.actor, invitation_id=invitation_id, link=request.POST.get("k", "")[:40],
            key=request.POST.get("key", ""), now=clock.now(),
        )  # fmt: skip
    except (AlreadyPaid, BeingPaid) as refused:
        if refused.order_id is None:
            raise
        order_id = refused.order_id  # the payer's own: its page says how it stands
    address = reverse("payments:order", args=[order_id])
    if request.actor.account_id is None:
        address = f"{address}?{urlencode({'k': link_secret(order_id)})}"
    return HttpResponseRedirect(address)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
