"""Pages that begin with a code to a phone: registering, and getting back in with a new password."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.operations.codes import request_code
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired
from shimin.capabilities.identity.operations.registration import register, reset_password
from shimin.capabilities.identity.web.client import client_of
from shimin.capabilities.identity.web.forms import CodeForm, PhoneForm, cleaned, show_error
from shimin.capabilities.identity.web.going_on import is_local, next_path
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.capabilities.identity.web.pending import Pending, clear_pending, get_pending, set_pending
from shimin.capabilities.identity.web.second_step import ask_for_second
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.values.masking import mask_phone
from shimin.kernel.web.access import Request, public


@dataclass(frozen=True, slots=True)
class Flow:
    """One use of a code: its words and its two addresses."""

    purpose: CodePurpose
    title: str
    lead: str
    finish: str  # the verb of the last button
    start_url: str
    code_url: str


REGISTER = Flow(
    CodePurpose.REGISTER,
    "注册",
    "用手机号注册，一分钟就好。",
    "完成注册",
    "identity:register",
    "identity:register_code",
)
RESET = Flow(
    CodePurpose.RESET_PASSWORD, "找回密码", "我们发一条短信确认是您本人。", "改好密码并登录",
    "identity:reset", "identity:reset_code",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def start(request: Request, flow: Flow) -> HttpResponse:
    """Ask for the phone and send it a code. The answer is the same whether the phone has an account or not."""
    onward = next_path(request, default="")
    form = PhoneForm(request.POST or None)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            phone = request_code(
                actor=request.actor, purpose=flow.purpose, client=client_of(request), now=clock.now(), **cleaned(form)
            )
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse(flow.code_url), status=303)
            set_pending(response, Pending(phone, flow.purpose, onward))
            return response
    return form_page(request, "identity/code_start.html", form, error=error, flow=flow, next=onward)


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def finish(request: Request, flow: Flow) -> HttpResponse:
    """Take the code and the new password, then sign in and go on."""
    pending = get_pending(request, flow.purpose)
    if pending is None:
        return HttpResponseRedirect(reverse(flow.start_url), status=303)
    form = CodeForm(request.POST or None)
    error = None
    if request.method == "POST" and form.is_valid():
        operation = register if flow.purpose is CodePurpose.REGISTER else reset_password
        try:
            opened = operation(
                actor=request.actor, phone=pending.phone, client=client_of(request), now=clock.now(), **cleaned(form)
            )
        except SecondFactorRequired as needed:
            response = ask_for_second(AccountKind.CITIZEN, needed.ticket, pending.next_path)
            clear_pending(response)
            return response
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            onward = pending.next_path if is_local(pending.next_path) else "/me/"
            response = go_on_with(opened, onward)
            clear_pending(response)
            return response
    return form_page(
        request, "identity/code_finish.html", form, error=error, flow=flow, phone=mask_phone(pending.phone),
        is_demo=settings.SHIMIN.demo,
    )  # fmt: skip
