"""Signing out on behalf of a system: with a question, unless the system named the very session."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.sign_on.public import SignOutAsked, read_sign_out, sign_out_everywhere
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public

_NAMES = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
_asks = LocalBucket(limit=100, per_seconds=60)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def end_session(request: Request) -> HttpResponse:
    """Take a system's request. A form of another site comes without our cookie: ask it again by a redirect."""
    _asks.take(request.META.get("REMOTE_ADDR", ""))
    given = request.POST if request.method == "POST" else request.GET
    kept = {name: given.getlist(name) for name in _NAMES if name in given}
    if request.method == "POST":
        return HttpResponseRedirect(f"{reverse('sign_on:end_session')}?{urlencode(kept, doseq=True)}", status=303)
    asked = read_sign_out(actor=request.actor, parameters=kept, now=clock.now())
    if asked.is_sure:
        sign_out_everywhere(actor=request.actor, now=clock.now())
    if asked.is_sure or not request.actor.is_signed_in:
        return HttpResponseRedirect(asked.return_url) if asked.return_url else _done(request, asked)
    context = {"asked": asked, "kept": [(name, value) for name, values in kept.items() for value in values]}
    return _private(render(request, "sign_on/sign_out.html", context))


@require_POST
@public(transaction=False)
def confirm(request: Request) -> HttpResponse:
    """Sign out, because the person said so on our page."""
    kept = {name: request.POST.getlist(name) for name in _NAMES if name in request.POST}
    asked = read_sign_out(actor=request.actor, parameters=kept, now=clock.now())
    sign_out_everywhere(actor=request.actor, now=clock.now())
    if asked.return_url:
        return _private(render(request, "sign_on/back.html", {"url": asked.return_url}))
    return _done(request, asked)


def _done(request: Request, asked: SignOutAsked) -> HttpResponse:
    return _private(render(request, "sign_on/signed_out.html", {"asked": asked}))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
