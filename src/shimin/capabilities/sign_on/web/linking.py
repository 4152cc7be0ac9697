"""Link and unlink identities at other platforms."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.sign_on.public import LEVEL_TO_LINK, begin_link, finish_link, issuer, list_entrances, unlink
from shimin.kernel import clock
from shimin.kernel.web.access import Request, signed_in

_NAMES = ("state", "code", "auth_code", "error", "app_id")


@require_safe
@signed_in()
def entrances(request: Request) -> HttpResponse:
    """Show what the account is linked with."""
    return _private(render(request, "sign_on/entrances.html", {"entrances": list_entrances(request.actor)}))


@require_POST
@signed_in(level=LEVEL_TO_LINK, transaction=False)
def link(request: Request, entrance: str) -> HttpResponse:
    """Send the person to the platform, by a page: our content policy lets no form lead to another site."""
    url = begin_link(actor=request.actor, entrance_code=entrance, back_url=_back_url(entrance), now=clock.now())
    return _private(render(request, "sign_on/back.html", {"url": url, "is_out": True}))


@require_safe
@signed_in(transaction=False)
def back(request: Request, entrance: str) -> HttpResponse:
    """Take the person back from the platform. That it is they is proved by the attempt, not by being signed in."""
    given = {name: request.GET[name] for name in _NAMES if len(request.GET.getlist(name)) == 1}
    finish_link(
        actor=request.actor, entrance_code=entrance, parameters=given, back_url=_back_url(entrance), now=clock.now()
    )
    return _private(HttpResponseRedirect(reverse("sign_on:entrances")))


@require_POST
@signed_in(level=LEVEL_TO_LINK, transaction=False)
def take_away(request: Request, entrance: str) -> HttpResponse:
    """Take a link away."""
    unlink(actor=request.actor, entrance_code=entrance, now=clock.now())
    return HttpResponseRedirect(reverse("sign_on:entrances"), status=303)


def _back_url(entrance: str) -> str:
    return issuer() + reverse("sign_on:link_back", args=[entrance])


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
