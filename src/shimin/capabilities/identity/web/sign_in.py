"""Signing in and out, on citizens' pages and at the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired
from shimin.capabilities.identity.operations.passkeys.entering import begin_signing_in
from shimin.capabilities.identity.operations.sessions import sign_out as end_own_session
from shimin.capabilities.identity.operations.signing_in import sign_in as open_by_password
from shimin.capabilities.identity.web.client import client_of, party_of
from shimin.capabilities.identity.web.cookies import DESK_PREFIX, clear_session
from shimin.capabilities.identity.web.forms import DeskSignInForm, SignInForm, show_error
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.capabilities.identity.web.second_step import ask_for_second
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, public


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def sign_in(request: Request) -> HttpResponse:
    """Sign a citizen in by phone and password, then go back to where they were."""
    onward = next_path(request, default="")
    if onward.startswith(DESK_PREFIX):  # the desk has its own door
        return HttpResponseRedirect(f"{reverse('identity:desk_sign_in')}?{urlencode({'next': onward})}", status=303)
    form = SignInForm(request.POST or None)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_by_password(
                actor=request.actor, kind=AccountKind.CITIZEN, name=form.cleaned_data["phone"],
                password=form.cleaned_data["password"], client=client_of(request), now=clock.now(),
            )  # fmt: skip
        except SecondFactorRequired as needed:
            return ask_for_second(AccountKind.CITIZEN, needed.ticket, onward)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return go_on_with(opened, onward or "/me/")
    return sign_in_page(request, form, onward, error)


def sign_in_page(request: Request, form: SignInForm, onward: str, error: DomainError | None = None) -> HttpResponse:
    """Show the citizens' door: the password, and the button for a passkey."""
    ceremony = begin_signing_in(party=party_of(request), now=clock.now())
    return form_page(request, "identity/sign_in.html", form, error=error, next=onward, ceremony=ceremony)


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def desk_sign_in(request: Request) -> HttpResponse:
    """Sign a member of staff in; that session opens the desk and nothing else."""
    onward = next_path(request, default=DESK_PREFIX)
    onward = onward if onward.startswith(DESK_PREFIX) else DESK_PREFIX
    form = DeskSignInForm(request.POST or None)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_by_password(
                actor=request.actor, kind=AccountKind.STAFF, name=form.cleaned_data["login"],
                password=form.cleaned_data["password"], client=client_of(request), now=clock.now(),
            )  # fmt: skip
        except SecondFactorRequired as needed:
            return ask_for_second(AccountKind.STAFF, needed.ticket, onward)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return go_on_with(opened, onward)
    return form_page(request, "identity/desk_sign_in.html", form, error=error, next=onward)


@require_POST
@public(transaction=False)
def sign_out(request: Request) -> HttpResponse:
    """End the citizen's session; a second click, or one after it ran out, ends up on the same page."""
    return _sign_out(request, AccountKind.CITIZEN, "/")


@require_POST
@public(transaction=False)
def desk_sign_out(request: Request) -> HttpResponse:
    """End the session of the desk."""
    return _sign_out(request, AccountKind.STAFF, reverse("identity:desk_sign_in"))


def _sign_out(request: Request, kind: AccountKind, path: str) -> HttpResponse:
    end_own_session(actor=request.actor, now=clock.now())
    response = HttpResponseRedirect(path, status=303)
    clear_session(response, kind)
    return response
