"""Passkeys in the browser: entering, confirming, adding, removing. The script is ``static/identity/passkey.js``."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.identity.operations.passkeys.enrolling import add_passkey, begin_enrolling, remove_passkey
from shimin.capabilities.identity.operations.passkeys.entering import confirm_with_passkey, sign_in_with_passkey
from shimin.capabilities.identity.queries import get_account_view
from shimin.capabilities.identity.queries.factors import PasskeyView, get_sign_in_ways
from shimin.capabilities.identity.web.client import client_of, party_of
from shimin.capabilities.identity.web.forms import ConfirmForm, PasskeyForm, SignInForm, show_error
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.capabilities.identity.web.real_name import confirm_page
from shimin.capabilities.identity.web.sign_in import sign_in_page
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, NotFound
from shimin.kernel.web.access import Request, public, signed_in


@require_POST
@public(transaction=False)
def enter(request: Request) -> HttpResponse:
    """Sign a citizen in with what their device answered."""
    onward = next_path(request, default="")
    try:
        opened = sign_in_with_passkey(
            actor=request.actor, party=party_of(request), client=client_of(request), now=clock.now(), **_sent(request)
        )
    except DomainError as refused:
        return sign_in_page(request, SignInForm(), onward, refused)
    return go_on_with(opened, onward or "/me/")


@require_POST
@signed_in(transaction=False)
def confirm(request: Request) -> HttpResponse:
    """Confirm with a passkey that it is still oneself."""
    now = clock.now()
    try:
        opened = confirm_with_passkey(actor=request.actor, party=party_of(request), now=now, **_sent(request))
    except DomainError as refused:
        return confirm_page(request, ConfirmForm(), get_account_view(request.actor, now), now, refused)
    return go_on_with(opened, next_path(request, default="/me/"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def add(request: Request) -> HttpResponse:
    """Add a passkey of a citizen's."""
    name = get_sign_in_ways(request.actor).phone
    return add_page(request, name=name, template="identity/passkey_add.html", onward="identity:security")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def remove(request: Request, passkey_id: int) -> HttpResponse:
    """Remove a passkey of a citizen's."""
    passkey = own_passkey(request, passkey_id)
    return remove_page(
        request, passkey, template="identity/passkey_remove.html", onward="identity:security", passkey=passkey
    )


def add_page(request: Request, *, name: str, template: str, onward: str, **more: Any) -> HttpResponse:
    """Add a passkey: its name, the password, and what the device made. The device calls the account ``name``."""
    now, party, error = clock.now(), party_of(request), None
    form = PasskeyForm(request.POST or None, initial={"label": client_of(request).device_label})
    if request.method == "POST" and form.is_valid():
        try:
            add_passkey(actor=request.actor, party=party, now=now, **form.cleaned_data, **_sent(request))
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse(onward), status=303)
    ceremony = begin_enrolling(actor=request.actor, party=party, name=name, now=now)
    return form_page(request, template, form, error=error, ceremony=ceremony, **more)


def remove_page(request: Request, key: PasskeyView, *, template: str, onward: str, **more: Any) -> HttpResponse:
    """Remove a passkey, with the password."""
    form, error = ConfirmForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            remove_passkey(actor=request.actor, passkey_id=key.passkey_id, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse(onward), status=303)
    return form_page(request, template, form, error=error, **more)


def own_passkey(request: Request, passkey_id: int) -> PasskeyView:
    """Return one of the actor's own passkeys.

    Raises:
        NotFound: they have none of this id.
    """
    found = next((key for key in get_sign_in_ways(request.actor).passkeys if key.passkey_id == passkey_id), None)
    if found is None:
        raise NotFound
    return found


def _sent(request: Request) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("ticket", "answer")}
