"""The pages between a system and its person: the way in, consent, the way back."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.sign_on.public import BackToClient, agree, begin, go_on, refuse
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public

# A request that waits costs a row: nobody begins a hundred sign-ins in a minute.
_starts = LocalBucket(limit=100, per_seconds=60)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def authorize(request: Request) -> HttpResponse:
    """Take a system's request. Exempt from CSRF: it changes nothing for the person, the pages after it do.

    A form of another site comes without the session cookie (SameSite=Lax), so it is always asked again by a redirect.
    """
    _starts.take(request.META.get("REMOTE_ADDR", ""))
    given = request.POST if request.method == "POST" else request.GET
    step = begin(
        actor=request.actor, parameters=dict(given.lists()), may_answer=request.method != "POST", now=clock.now()
    )
    if isinstance(step, BackToClient):
        return _private(HttpResponseRedirect(step.url))
    return _private(HttpResponseRedirect(reverse("sign_on:continue", args=[step.secret]), status=303))


@require_safe
@public(transaction=False)
def continue_request(request: Request, secret: str) -> HttpResponse:
    """Go on with a waiting request: to sign-in, step-up (by the errors these are), consent, or back."""
    step = go_on(actor=request.actor, secret=secret, now=clock.now())
    if isinstance(step, BackToClient):
        return _hop(request, step)
    return _private(render(request, "sign_on/consent.html", {"asked": step}))


@require_POST
@public(transaction=False)
def consent(request: Request, secret: str) -> HttpResponse:
    """Take the person's answer."""
    if request.POST.get("decision") != "agree":
        return _hop(request, refuse(actor=request.actor, secret=secret, now=clock.now()))
    agree(actor=request.actor, secret=secret, sensitive=request.POST.getlist("sensitive"), now=clock.now())
    return _private(HttpResponseRedirect(reverse("sign_on:continue", args=[secret]), status=303))


def _hop(request: Request, step: BackToClient) -> HttpResponse:
    """Send the browser on by a page: our content policy lets no form lead to another site, over no redirect either."""
    return _private(render(request, "sign_on/back.html", {"url": step.url}))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
