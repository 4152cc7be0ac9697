"""代办: whom I act for, who acts for me, and switching between hats."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain.mandates import CompanyRole
from shimin.capabilities.identity.operations.mandates.agreeing import (
    OfferTerms,
    accept_offer,
    find_offer,
    offer_mandate,
)
from shimin.capabilities.identity.operations.mandates.claiming import claim_child, claim_company
from shimin.capabilities.identity.operations.mandates.hats import take_off_hat, wear_hat, withdraw_mandate
from shimin.capabilities.identity.queries.mandates import MandateView, list_mandates
from shimin.capabilities.identity.web.forms import show_error
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.mandate_forms import (
    AcceptForm,
    AppointForm,
    ChildForm,
    CompanyForm,
    OfferForm,
    item_names,
)
from shimin.capabilities.identity.web.pages import form_page
from shimin.kernel import clock
from shimin.kernel.actor import EVERYTHING, AssuranceLevel
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import DomainError, NotFound
from shimin.kernel.web.access import Request, signed_in

_LIST = "identity:acting"


@require_safe
@signed_in(transaction=False, any_hat=True)
def acting(request: Request) -> HttpResponse:
    """Show all mandates, with one tap to act, to stop, and to end."""
    context = {"mandates": list_mandates(request.actor, clock.now()), "item_names": item_names()}
    return _private(render(request, "identity/acting.html", context))


@require_safe
@signed_in(transaction=False, any_hat=True)
def own_hat(request: Request) -> HttpResponse:
    """Say that the page wanted is one's own, with one tap to be oneself again."""
    return _private(render(request, "identity/own_hat.html", {"next": next_path(request, default="/me/")}))


@require_POST
@signed_in(transaction=False, any_hat=True)
def wear(request: Request) -> HttpResponse:
    """Put on a hat, or take it off when none is named."""
    chosen = request.POST.get("mandate_id", "")
    if not chosen:
        take_off_hat(actor=request.actor, now=clock.now())
        return HttpResponseRedirect(next_path(request, default=reverse(_LIST)), status=303)
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= 19):
        raise NotFound
    wear_hat(actor=request.actor, mandate_id=int(chosen), now=clock.now())
    return HttpResponseRedirect(next_path(request, default="/"), status=303)


@require_POST
@signed_in(transaction=False, any_hat=True)
def withdraw(request: Request, mandate_id: int) -> HttpResponse:
    """End a mandate."""
    withdraw_mandate(actor=request.actor, mandate_id=mandate_id, now=clock.now())
    return HttpResponseRedirect(reverse(_LIST), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def child(request: Request) -> HttpResponse:
    """Add one's child; the population register is asked."""
    form, error = ChildForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            claim_child(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse(_LIST), status=303)
    return form_page(request, "identity/acting_child.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def company(request: Request) -> HttpResponse:
    """Add the company one is the legal person of; the business register is asked."""
    form, error = CompanyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            claim_company(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse(_LIST), status=303)
    return form_page(request, "identity/acting_company.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def offer(request: Request) -> HttpResponse:
    """Let somebody act for oneself, or ask to act for somebody: the page shows a code to hand over."""
    form = OfferForm(request.POST or None, initial={"ends_on": clock.local_date(clock.now()) + timedelta(days=365)})
    return _offer(request, form, "identity/acting_offer.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def appoint(request: Request, mandate_id: int) -> HttpResponse:
    """Appoint somebody in a company: the page shows a code to hand over."""
    held = _company_of(request, mandate_id)
    form = AppointForm(request.POST or None, initial={"ends_on": clock.local_date(clock.now()) + timedelta(days=365)})
    form.offer_roles([(role, CompanyRole(role).words) for role in held.may_appoint])
    return _offer(request, form, "identity/acting_appoint.html", {"company": held}, mandate_id=mandate_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def accept(request: Request) -> HttpResponse:
    """Type a code, see what it means, say yes."""
    form, error, found = AcceptForm(request.POST or None), None, None
    if request.method == "POST" and form.is_valid():
        code, now = form.cleaned_data["code"], clock.now()
        try:
            if form.cleaned_data["yes"]:
                accept_offer(actor=request.actor, code=code, now=now)
                return HttpResponseRedirect(reverse(_LIST), status=303)
            found = find_offer(actor=request.actor, code=code, now=now)
        except DomainError as refused:
            show_error(form, error := refused)
    context: dict[str, Any] = {"offer": found, "item_names": item_names()}
    return form_page(request, "identity/acting_accept.html", form, error=error, **context)


def _offer(
    request: Request, form: OfferForm | AppointForm, template: str, context: dict[str, Any],
    mandate_id: int | None = None,
) -> HttpResponse:  # fmt: skip
    error = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        terms = OfferTerms(
            relation="company" if mandate_id else values["relation"], role=values.get("role", ""),
            scope=[EVERYTHING] if values["whole"] else values["scope"], mandate_id=mandate_id,
            is_asking=values.get("direction") == "ask",
            ends_at=datetime.combine(values["ends_on"] + timedelta(days=1), time(), CHINA),
        )  # fmt: skip
        try:
            code = offer_mandate(actor=request.actor, terms=terms, now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            page = {"code": code, "terms": terms}
            return _private(render(request, "identity/acting_code.html", page))
    return form_page(request, template, form, error=error, **context)


def _company_of(request: Request, mandate_id: int) -> MandateView:
    for each in list_mandates(request.actor, clock.now()).hats:
        if each.mandate_id == mandate_id and each.may_appoint:
            return each
    raise NotFound


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
