"""Signing a screen in from a phone: the screen's page, and the phone's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain.screens import LIFETIME, ScreenState
from shimin.capabilities.identity.operations.screens import (
    answer_screen,
    enter_screen,
    get_screen,
    look_at_code,
    show_code,
)
from shimin.capabilities.identity.web.client import client_of, party_of
from shimin.capabilities.identity.web.forms import show_error, text_field
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.capabilities.identity.web.qr import qr_svg
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, public, signed_in

_SECRET, _CODE = "shimin_screen", "shimin_screen_code"
_PATH = "/account/screen"


class NumberForm(forms.Form):
    """The number on the screen."""

    code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    number = text_field(
        "电脑上的两位数字", longest=10, example="二维码下面的大数字", inputmode="numeric", autocomplete="off"
    )


@require_POST
@public(transaction=False)
def begin(request: Request) -> HttpResponse:
    """Make a code for this browser and show it."""
    shown = show_code(client=client_of(request), now=clock.now())
    response = _to_screen(next_path(request, default=""))
    for name, value in ((_SECRET, shown.secret), (_CODE, shown.code)):
        response.set_cookie(
            name, value, max_age=int(LIFETIME.total_seconds()), path=_PATH, httponly=True, samesite="Lax",
            secure=settings.SHIMIN.secure_cookies,
        )  # fmt: skip
    return response


@require_safe
@public(transaction=False)
def screen(request: Request) -> HttpResponse:
    """Show the code, and what the phone said."""
    now, onward = clock.now(), next_path(request, default="")
    found = get_screen(secret=request.COOKIES.get(_SECRET, ""), now=now)
    address = f"{party_of(request).origin}{reverse('identity:scan')}?{urlencode({'c': request.COOKIES.get(_CODE, '')})}"
    is_waiting = found is not None and found.state is ScreenState.WAITING
    context: dict[str, Any] = {
        "screen": found, "next": onward, "is_waiting": is_waiting, "address": address, "is_demo": settings.SHIMIN.demo,
        "qr": qr_svg(address, "登录二维码") if is_waiting else "",
    }  # fmt: skip
    return form_page(request, "identity/screen.html", forms.Form(), **context)


@require_safe
@public(transaction=False)
def state(request: Request) -> JsonResponse:
    """Tell the screen's script whether to look again."""
    found = get_screen(secret=request.COOKIES.get(_SECRET, ""), now=clock.now())
    response = JsonResponse({"state": found.state if found else "gone"})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@public(transaction=False)
def enter(request: Request) -> HttpResponse:
    """Sign this browser in."""
    opened = enter_screen(
        actor=request.actor, secret=request.COOKIES.get(_SECRET, ""), client=client_of(request), now=clock.now()
    )
    response = go_on_with(opened, next_path(request, default="/me/"))
    _forget(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def scan(request: Request) -> HttpResponse:
    """Show the phone which screen asks, and take its answer."""
    now, error = clock.now(), None
    if request.method != "POST":
        return _scanned(request, NumberForm(initial={"code": request.GET.get("c", "")[:60]}), None, now)
    agrees = request.POST.get("agrees") == "yes"
    form = NumberForm(request.POST)
    if not agrees:
        form.fields["number"].required = False
    if form.is_valid():
        try:
            answer_screen(
                actor=request.actor, code=form.cleaned_data["code"], number=form.cleaned_data["number"], agrees=agrees,
                now=now,
            )  # fmt: skip
        except DomainError as refused:
            show_error(form, error := refused)
            return form_page(request, "identity/scanned.html", form, error=error, is_over=True)
        return form_page(request, "identity/scanned.html", forms.Form(), agrees=agrees, is_over=True, is_done=True)
    return _scanned(request, form, error, now)


def _scanned(request: Request, form: NumberForm, error: DomainError | None, now: datetime) -> HttpResponse:
    code = form.data.get("code", "") if form.is_bound else form.initial["code"]
    try:
        seen = look_at_code(actor=request.actor, code=code[:60], client=client_of(request), now=now)
    except DomainError as refused:
        return form_page(request, "identity/scanned.html", forms.Form(), error=refused, is_over=True)
    return form_page(request, "identity/scanned.html", form, error=error, seen=seen)


def _to_screen(onward: str) -> HttpResponseRedirect:
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return HttpResponseRedirect(reverse("identity:screen") + query, status=303)


def _forget(response: HttpResponseBase) -> None:
    for name in (_SECRET, _CODE):
        response.delete_cookie(name, path=_PATH, samesite="Lax")
