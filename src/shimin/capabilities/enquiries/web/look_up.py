"""The look-up page: asks for what it needs, looks up, and shows the record or says why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from shimin.capabilities.enquiries.public import (
    AnswerRejected,
    ConsentRequired,
    Offer,
    PrefetchRefused,
    SourceRefused,
    SourceUnavailable,
    UnknownView,
    View,
    WrongParam,
    are_complete,
    get_offer,
    look_up,
    request_callback,
)
from shimin.capabilities.enquiries.web.forms import ParamsForm
from shimin.capabilities.enquiries.web.presenting import record_context
from shimin.capabilities.identity.public import give_consent
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, NotFound, SignInRequired
from shimin.kernel.web.access import Request, public, signed_in

_NOT_ANSWERED = (SourceUnavailable, SourceRefused, AnswerRejected)


@require_http_methods(["GET", "POST"])
@public(transaction=False, acting=True)  # each item says itself whom it is for; it talks to a department
def look_up_page(request: Request, region_code: str, slug: str) -> HttpResponse:
    """Show the record at once when nothing has to be asked first; a private parameter comes by POST."""
    _refuse_prefetch(request)
    now = clock.now()
    offer = get_offer(region_code, slug, now)
    if not offer.is_public and not request.actor.is_signed_in:
        raise SignInRequired
    given = request.POST if request.method == "POST" else request.GET
    view = _view_of(offer, given.get("view", ""))
    params = {param.name: given[param.name] for param in view.params if given.get(param.name)}
    if (view.is_private and request.method == "GET") or not are_complete(view.params, params, clock.local_date(now)):
        return _page(request, "enquiries/ask.html", offer, view, params)
    try:
        record = look_up(
            actor=request.actor, region_code=region_code, slug=slug, view_code=view.code, params=params, now=now,
            address=request.META.get("REMOTE_ADDR", ""),
        )  # fmt: skip
    except WrongParam as wrong:
        return _page(request, "enquiries/ask.html", offer, view, params, faults=wrong.fields, status=wrong.status)
    except ConsentRequired:
        return _page(request, "enquiries/consent.html", offer, view, params)
    except _NOT_ANSWERED as error:
        return _page(request, "enquiries/not_answered.html", offer, view, params, error=error, status=error.status)
    return _page(request, "enquiries/record.html", offer, view, params, **record_context(request.actor, record, now))


@require_http_methods(["POST"])
@signed_in(transaction=False, acting=True)
def consent(request: Request, region_code: str, slug: str) -> HttpResponse:
    """Give the consent an item asks for, then go back to the look-up."""
    now = clock.now()
    basis = get_offer(region_code, slug, now).lookup.basis
    if basis.consent_code is None:
        raise NotFound
    give_consent(request.actor, basis.consent_code, basis.consent_text, now)
    return HttpResponseRedirect(_back(region_code, slug, request.POST))


@require_http_methods(["POST"])
@signed_in(transaction=False)
def callback(request: Request, region_code: str, slug: str) -> HttpResponse:
    """Promise a message for when the source is back."""
    now = clock.now()
    request_callback(actor=request.actor, region_code=region_code, slug=slug, now=now)
    offer = get_offer(region_code, slug, now)
    return _page(request, "enquiries/callback_promised.html", offer, offer.lookup.view(), {})


def _page(
    request: Request,
    template: str,
    offer: Offer,
    view: View,
    params: Mapping[str, Any],
    *,
    faults: Mapping[str, str] | None = None,
    error: DomainError | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    today = clock.local_date(clock.now())
    context = {
        "offer": offer,
        "view": view,
        "params": params,
        "tabs": _tabs(offer, view),
        "form": ParamsForm(view, today, given=params, faults=faults) if view.params else None,
        "error": error,
        **more,
    }
    response = render(request, template, context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _tabs(offer: Offer, current: View) -> list[dict[str, Any]]:
    address = reverse("enquiries:look_up", args=[offer.region_code, offer.slug])
    return [
        {"title": view.title, "url": f"{address}?view={view.code}", "current": view is current}
        for view in offer.lookup.views
    ]


def _view_of(offer: Offer, code: str) -> View:
    try:
        return offer.lookup.view(code)
    except UnknownView:
        raise NotFound from None


def _back(region_code: str, slug: str, given: Mapping[str, Any]) -> str:
    """Return the look-up's address with what was chosen before the consent."""
    kept = {name: str(value) for name, value in given.items() if name != "csrfmiddlewaretoken"}
    address = reverse("enquiries:look_up", args=[region_code, slug])
    return f"{address}?{urlencode(kept)}" if kept else address


def _refuse_prefetch(request: Request) -> None:
    """A look-up reads somebody's record and is logged: it happens when a person asks, never in advance."""
    asked_as = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    if any("prefetch" in purpose or "prerender" in purpose for purpose in asked_as):
        raise PrefetchRefused
