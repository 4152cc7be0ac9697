"""How I sign in: the password, the app for codes, recovery codes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.identity.operations.change_password import change_password
from shimin.capabilities.identity.operations.factors import enrolling
from shimin.capabilities.identity.queries.counter import list_own_acts
from shimin.capabilities.identity.queries.factors import get_sign_in_ways
from shimin.capabilities.identity.web.forms import ConfirmForm, EnrolForm, NewPasswordForm, PasswordCodeForm, show_error
from shimin.capabilities.identity.web.pages import form_page
from shimin.capabilities.identity.web.qr import qr_svg
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, signed_in


@require_safe
@signed_in()
def security(request: Request) -> HttpResponse:
    """Show the ways this account signs in."""
    response = render(
        request,
        "identity/security.html",
        {"ways": get_sign_in_ways(request.actor), "acts": list_own_acts(request.actor, clock.now())},
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def code_app(request: Request) -> HttpResponse:
    """Enrol an app for codes: the QR code, the first code, the password."""
    now, error = clock.now(), None
    form = EnrolForm(request.POST or None)
    name = get_sign_in_ways(request.actor).phone
    try:
        if request.method == "POST":
            offer = enrolling.reopen_offer(
                actor=request.actor, sealed=request.POST.get("sealed", ""), name=name, now=now
            )
            if form.is_valid():
                codes = enrolling.enrol_generator(actor=request.actor, now=now, **form.cleaned_data)
                return _codes_page(request, codes)
        else:
            offer = enrolling.offer_generator(actor=request.actor, name=name, now=now)
            form.initial = {"sealed": offer.sealed}
    except enrolling.OfferExpired:
        return HttpResponseRedirect(reverse("identity:code_app"), status=303)
    except DomainError as refused:
        show_error(form, error := refused)
    context = {"secret": offer.secret, "qr": qr_svg(offer.uri, "身份验证应用的二维码")}
    return form_page(request, "identity/code_app.html", form, error=error, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def remove_code_app(request: Request) -> HttpResponse:
    """Stop asking for codes."""
    form, error = PasswordCodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            enrolling.remove_generator(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:security"), status=303)
    return form_page(request, "identity/code_app_remove.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def recovery_codes(request: Request) -> HttpResponse:
    """Make new recovery codes and show them once."""
    form, error = ConfirmForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            codes = enrolling.replace_recovery_codes(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return _codes_page(request, codes)
    return form_page(request, "identity/recovery_codes_renew.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def password(request: Request) -> HttpResponse:
    """Change a citizen's password."""
    return password_page(request, template="identity/password.html", onward="identity:security")


def password_page(request: Request, *, template: str, onward: str, **more: Any) -> HttpResponse:
    """Change the password with the present one."""
    form, error = NewPasswordForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            change_password(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse(onward), status=303)
    return form_page(request, template, form, error=error, **more)


def _codes_page(request: Request, codes: list[str]) -> HttpResponse:
    response = render(request, "identity/recovery_codes.html", {"codes": codes})
    response.headers["Cache-Control"] = "private, no-store"
    return response
