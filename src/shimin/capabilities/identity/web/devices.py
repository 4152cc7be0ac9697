"""Devices and risk: confirming this one, naming and forgetting them, answering an alarm; the officer's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.operations.devices import LONGEST_NAME, forget_device, name_device
from shimin.capabilities.identity.operations.passkeys.entering import begin_confirming
from shimin.capabilities.identity.operations.risk.answering import answer_decision
from shimin.capabilities.identity.operations.risk.proving import prove_device, request_device_code
from shimin.capabilities.identity.operations.risk.weighing import rules_of_the_city
from shimin.capabilities.identity.queries.risk import (
    ROLE,
    Hold,
    count_by_rule,
    get_hold,
    list_decisions,
    list_devices,
)
from shimin.capabilities.identity.web.client import client_of, party_of
from shimin.capabilities.identity.web.forms import show_error, text_field
from shimin.capabilities.identity.web.going_on import next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, NotFound
from shimin.kernel.web.access import Request, signed_in, staff

_QUEUE = "identity.risk"


class DeviceCodeForm(forms.Form):
    """The code that was texted, or the app's."""

    code = text_field("验证码", longest=40, inputmode="numeric", autocomplete="one-time-code")


class DeviceNameForm(forms.Form):
    """What a device is called."""

    name = forms.CharField(
        label="这台设备叫什么", help_text="例如：我的手机、家里电脑。留空就用浏览器自己的名字", required=False,
        max_length=4 * LONGEST_NAME, error_messages={"max_length": "太长了，请写短一些。"},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def prove(request: Request) -> HttpResponse:
    """Ask for a second proof that it is the person, say why, and go on to where they were."""
    now, onward = clock.now(), next_path(request, default="/me/sessions")
    hold = get_hold(request.actor)
    if not hold.is_needed(now):
        return HttpResponseRedirect(onward, status=303)
    form, error = DeviceCodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = prove_device(
                actor=request.actor, code=form.cleaned_data["code"], client=client_of(request), now=now
            )
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return go_on_with(opened, onward)
    return _proof_page(request, form, hold, error, asks_code=request.method == "POST" or request.GET.get("sent") == "1")


@require_POST
@signed_in(transaction=False)
def send_code(request: Request) -> HttpResponse:
    """Text a code to the account's phone."""
    try:
        request_device_code(actor=request.actor, client=client_of(request), now=clock.now())
    except DomainError as refused:
        return _proof_page(request, DeviceCodeForm(), get_hold(request.actor), refused, asks_code=True)
    query = urlencode({"sent": "1", "next": next_path(request, default="/me/sessions")})
    return HttpResponseRedirect(f"{reverse('identity:device')}?{query}", status=303)


def _proof_page(
    request: Request, form: DeviceCodeForm, hold: Hold, error: DomainError | None, *, asks_code: bool
) -> HttpResponse:  # fmt: skip
    form.fields["code"].help_text = "身份验证应用里的6位数字，或一个恢复码" if hold.has_code_app else "短信里的6位数字"
    ceremony = begin_confirming(actor=request.actor, party=party_of(request), now=clock.now())
    context = {
        "hold": hold, "next": next_path(request, default="/me/sessions"), "ceremony": ceremony,
        "is_demo": settings.SHIMIN.demo, "asks_code": hold.has_code_app or asks_code,
    }  # fmt: skip
    return form_page(request, "identity/device.html", form, error=error, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def name(request: Request, device_id: int) -> HttpResponse:
    """Call a device something."""
    found = next((each for each in list_devices(request.actor) if each.device_id == device_id), None)
    if found is None:
        raise NotFound
    form, error = DeviceNameForm(request.POST if request.method == "POST" else None, initial={"name": found.name}), None
    if request.method == "POST" and form.is_valid():
        try:
            name_device(actor=request.actor, device_id=device_id, name=form.cleaned_data["name"], now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return _to_devices()
    return form_page(request, "identity/device_name.html", form, error=error, device=found)


@require_POST
@signed_in(transaction=False)
def forget(request: Request, device_id: int) -> HttpResponse:
    """Sign a device out and know it no longer."""
    forget_device(actor=request.actor, device_id=device_id, now=clock.now())
    return _to_devices()


@require_POST
@signed_in(transaction=False)
def answer(request: Request, decision_id: int) -> HttpResponse:
    """Say whether it was oneself."""
    answer_decision(
        actor=request.actor, decision_id=decision_id, is_mine=request.POST.get("mine") == "yes", now=clock.now()
    )
    return _to_devices()


@require_safe
@staff(ROLE)
def desk(request: Request) -> HttpResponse:
    """Show what the rules decided, how they fare, and how they read now."""
    text = request.GET.get("number", "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    context = {
        "queue": _QUEUE, "rows": list_decisions(request.actor, decision_id=0 if text and number is None else number),
        "counts": count_by_rule(request.actor, clock.now()), "rules": rules_of_the_city(), "number": text[:20],
    }  # fmt: skip
    response = render(request, "identity/desk/risk.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _to_devices() -> HttpResponse:
    return HttpResponseRedirect(reverse("identity:sessions"), status=303)
