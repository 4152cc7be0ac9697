"""The second step of signing in: the code of an app, or a recovery code."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.operations.factors.enrolling import uri_of
from shimin.capabilities.identity.operations.factors.second_step import (
    code_of_demo,
    enrol_and_sign_in,
    finish_sign_in,
)
from shimin.capabilities.identity.operations.factors.tickets import LIFETIME, TicketExpired, open_ticket
from shimin.capabilities.identity.operations.passkeys.second import begin_second, finish_with_passkey
from shimin.capabilities.identity.web import cookies
from shimin.capabilities.identity.web.client import client_of, party_of
from shimin.capabilities.identity.web.cookies import DESK_PREFIX
from shimin.capabilities.identity.web.forms import SecondFactorForm, show_error
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.capabilities.identity.web.qr import qr_svg
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, public

_COOKIE = "shimin_second"
_PATHS = {AccountKind.CITIZEN: "/account/", AccountKind.STAFF: DESK_PREFIX}
_PAGES = {AccountKind.CITIZEN: "identity:second", AccountKind.STAFF: "identity:desk_second"}
_DOORS = {AccountKind.CITIZEN: "identity:sign_in", AccountKind.STAFF: "identity:desk_sign_in"}
_HOME = {AccountKind.CITIZEN: "/me/", AccountKind.STAFF: DESK_PREFIX}


def ask_for_second(kind: AccountKind, ticket: str, onward: str) -> HttpResponse:
    """Send the browser to the second step, with its ticket."""
    query = f"?{urlencode({'next': onward})}" if onward else ""
    response = HttpResponseRedirect(reverse(_PAGES[kind]) + query, status=303)
    response.set_cookie(
        _COOKIE, ticket, max_age=int(LIFETIME.total_seconds()), path=_PATHS[kind], httponly=True, samesite="Lax",
        secure=settings.SHIMIN.secure_cookies,
    )  # fmt: skip
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def second(request: Request) -> HttpResponse:
    """Ask a citizen for the second factor."""
    return _second(request, AccountKind.CITIZEN)


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def desk_second(request: Request) -> HttpResponse:
    """Ask a member of staff for the second factor, or enrol it at the first sign-in."""
    return _second(request, AccountKind.STAFF)


@require_POST
@public(transaction=False)
def desk_passkey(request: Request) -> HttpResponse:
    """Sign a member of staff in with a passkey, after the password."""
    try:
        opened = finish_with_passkey(
            actor=request.actor, password_ticket=request.COOKIES.get(_COOKIE, ""), party=party_of(request),
            ticket=request.POST.get("ticket", ""), answer=request.POST.get("answer", ""), client=client_of(request),
            now=clock.now(),
        )  # fmt: skip
    except TicketExpired:
        return _back_to_the_door(request, AccountKind.STAFF)
    except DomainError as refused:
        return _code_page(request, AccountKind.STAFF, request.COOKIES.get(_COOKIE, ""), SecondFactorForm(), refused)
    onward = next_path(request, default="")
    return _without_ticket(go_on_with(opened, onward or _HOME[AccountKind.STAFF]), AccountKind.STAFF)


def _second(request: Request, kind: AccountKind) -> HttpResponse:
    text = request.COOKIES.get(_COOKIE, "")
    try:
        ticket = open_ticket(text, kind, clock.now())
    except TicketExpired:
        return _back_to_the_door(request, kind)
    return _enrol(request, text, ticket.secret) if ticket.secret else _check(request, kind, text)


def _check(request: Request, kind: AccountKind, ticket: str) -> HttpResponse:
    onward, now, error = next_path(request, default=""), clock.now(), None
    form = SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = finish_sign_in(
                actor=request.actor, kind=kind, ticket=ticket, code=form.cleaned_data["code"],
                client=client_of(request), now=now,
            )  # fmt: skip
        except TicketExpired:
            return _back_to_the_door(request, kind)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return _without_ticket(go_on_with(opened, onward or _HOME[kind]), kind)
    return _code_page(request, kind, ticket, form, error)


def _code_page(
    request: Request, kind: AccountKind, ticket: str, form: SecondFactorForm, error: DomainError | None
) -> HttpResponse:  # fmt: skip
    now = clock.now()
    demo = code_of_demo(actor=request.actor, kind=kind, ticket=ticket, now=now) if settings.SHIMIN.demo else ""
    form.initial = {"code": demo}
    ceremony = None
    if kind is AccountKind.STAFF:
        ceremony = begin_second(actor=request.actor, password_ticket=ticket, party=party_of(request), now=now)
    context = {
        "next": next_path(request, default=""), "door": reverse(_DOORS[kind]), "demo_code": demo, "ceremony": ceremony,
    }  # fmt: skip
    return form_page(request, _template("second", kind), form, error=error, **context)


def _enrol(request: Request, ticket: str, secret: str) -> HttpResponse:
    onward = next_path(request, default=DESK_PREFIX)
    form, error = SecondFactorForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened, codes = enrol_and_sign_in(
                actor=request.actor, ticket=ticket, code=form.cleaned_data["code"], client=client_of(request),
                now=clock.now(),
            )  # fmt: skip
        except TicketExpired:
            return _back_to_the_door(request, AccountKind.STAFF)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            page = render(request, "identity/desk_recovery_codes.html", {"codes": codes, "next": onward})
            page.headers["Cache-Control"] = "private, no-store"
            cookies.set_session(page, AccountKind.STAFF, opened.token, opened.expires_at)
            cookies.set_device(page, opened.device_token)
            return _without_ticket(page, AccountKind.STAFF)
    context = {"next": onward, "secret": secret, "qr": qr_svg(uri_of(secret, "工作台"), "身份验证应用的二维码")}
    return form_page(request, "identity/desk_enrol.html", form, error=error, **context)


def _template(name: str, kind: AccountKind) -> str:
    return f"identity/desk_{name}.html" if kind is AccountKind.STAFF else f"identity/{name}.html"


def _back_to_the_door(request: HttpRequest, kind: AccountKind) -> HttpResponse:
    onward = next_path(request, default="")
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return _without_ticket(HttpResponseRedirect(reverse(_DOORS[kind]) + query, status=303), kind)


def _without_ticket(response: HttpResponse, kind: AccountKind) -> HttpResponse:
    _clear(response, kind)
    return response


def _clear(response: HttpResponseBase, kind: AccountKind) -> None:
    response.delete_cookie(_COOKIE, path=_PATHS[kind], samesite="Lax")
