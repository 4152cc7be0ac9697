"""我的个人信息: ask to correct, object, or about a deceased relative; the privacy officer's desk; another phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain import CodePurpose
from shimin.capabilities.identity.domain.rights import RELATIONS, Right
from shimin.capabilities.identity.operations.change_phone import change_phone
from shimin.capabilities.identity.operations.codes import request_code
from shimin.capabilities.identity.operations.rights import Wish, answer_right, ask_right, withdraw_right
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.capabilities.identity.queries.factors import get_sign_in_ways
from shimin.capabilities.identity.queries.rights import PRIVACY, get_right_for, list_own_rights, list_rights
from shimin.capabilities.identity.web.client import client_of
from shimin.capabilities.identity.web.forms import PhoneForm, cleaned, password_field, show_error, text_field
from shimin.capabilities.identity.web.pages import form_page
from shimin.capabilities.identity.web.pending import Pending, clear_pending, get_pending, set_pending
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.values.masking import mask_phone
from shimin.kernel.web.access import Request, signed_in, staff

_QUEUE = "identity.rights"


def _long_text(label: str, example: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=example, max_length=2_000, widget=forms.Textarea({"rows": 4}),
        error_messages={"required": f"请填写{label}。", "max_length": "太长了，请写短一些。"},
    )  # fmt: skip


class RightForm(forms.Form):
    """A request; fields that its kind does not need are taken away."""

    name = text_field("逝者姓名", longest=200, autocomplete="off")
    id_number = text_field("逝者身份证号码", longest=100, autocomplete="off")
    relation = forms.ChoiceField(
        label="您是逝者的", choices=[(each, each) for each in RELATIONS],
        error_messages={"required": "请选您和逝者的关系。", "invalid_choice": "请选您和逝者的关系。"},
    )  # fmt: skip
    part = forms.ChoiceField(label="哪一类信息", required=False)
    words = _long_text("您要我们做什么", "写清楚是哪些信息，现在是什么样，应该是什么样")

    def __init__(self, right: Right, data: Any = None) -> None:
        super().__init__(data)
        if right is Right.KIN:
            del self.fields["part"]
            self.fields["words"].help_text = "例如：要一份他的账户信息；请更正；请删除"
        else:
            del self.fields["name"], self.fields["id_number"], self.fields["relation"]
            choices = [("", "说不清"), *((part.key, part.title) for part in personal_data_parts())]
            self.fields["part"].choices = choices  # type: ignore[attr-defined]
        if right is Right.OBJECT:
            self.fields["words"].help_text = "例如：不要用我的诉求做统计；不要自动判断我的请求"


class AnswerForm(forms.Form):
    """The officer's answer."""

    words = _long_text("答复", "办了什么；不同意的，写明依据和理由。本人会读到")


class NewPhoneForm(forms.Form):
    """The code of the new phone, the password, and the app's code where there is one."""

    code = text_field(
        "验证码", longest=20, example="新手机收到的6位数字", inputmode="numeric", autocomplete="one-time-code"
    )
    password = password_field("登录密码", "current-password")
    second = text_field("动态码", longest=40, example="应用里的6位数字，或一个恢复码", autocomplete="one-time-code")


@require_safe
@signed_in()
def rights(request: Request) -> HttpResponse:
    """List one's requests, with their days and answers."""
    context = {"rows": list_own_rights(request.actor, clock.now()), "rights": list(Right)}
    return _private(render(request, "identity/rights.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def ask(request: Request, right: str) -> HttpResponse:
    """File a request."""
    if right not in set(Right):
        raise Http404
    kind, error = Right(right), None
    form = RightForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_right(actor=request.actor, wish=Wish(right=kind, **form.cleaned_data), now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:rights"), status=303)
    return form_page(request, "identity/right_ask.html", form, error=error, right=kind)


@require_POST
@signed_in(transaction=False)
def withdraw(request: Request, request_id: int) -> HttpResponse:
    """Take a request back."""
    withdraw_right(actor=request.actor, request_id=request_id, now=clock.now())
    return HttpResponseRedirect(reverse("identity:rights"), status=303)


@require_safe
@staff(PRIVACY)
def desk(request: Request) -> HttpResponse:
    """List what waits for the privacy officer, by its day."""
    context = {"queue": _QUEUE, "rows": list_rights(request.actor, clock.now())}
    return _private(render(request, "identity/desk/rights.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(PRIVACY, transaction=False)
def desk_one(request: Request, request_id: int) -> HttpResponse:
    """Show one request and answer it."""
    form, error = AnswerForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            answer_right(
                actor=request.actor, request_id=request_id, grants=request.POST.get("grants") == "yes",
                words=form.cleaned_data["words"], now=clock.now(),
            )  # fmt: skip
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:desk_right", args=[request_id]), status=303)
    row = get_right_for(actor=request.actor, request_id=request_id, now=clock.now())
    return form_page(request, "identity/desk/right.html", form, error=error, row=row, queue=_QUEUE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def phone(request: Request) -> HttpResponse:
    """Ask for the new phone and send it a code; the answer is the same whether it has an account or not."""
    form, error = PhoneForm(request.POST or None), None
    form.fields["phone"].label = "新手机号"
    if request.method == "POST" and form.is_valid():
        try:
            number = request_code(
                actor=request.actor, purpose=CodePurpose.CHANGE_PHONE, client=client_of(request), now=clock.now(),
                **cleaned(form),
            )  # fmt: skip
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse("identity:phone_code"), status=303)
            set_pending(response, Pending(number, CodePurpose.CHANGE_PHONE, ""))
            return response
    return form_page(request, "identity/phone.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def phone_code(request: Request) -> HttpResponse:
    """Take the code and change the phone."""
    pending = get_pending(request, CodePurpose.CHANGE_PHONE)
    if pending is None:
        return HttpResponseRedirect(reverse("identity:phone"), status=303)
    form, error = NewPhoneForm(request.POST or None), None
    if not get_sign_in_ways(request.actor).has_code_app:
        del form.fields["second"]
    if request.method == "POST" and form.is_valid():
        try:
            change_phone(
                actor=request.actor, phone=pending.phone, client=client_of(request), now=clock.now(), **cleaned(form)
            )
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse("identity:security"), status=303)
            clear_pending(response)
            return response
    return form_page(
        request, "identity/phone_code.html", form, error=error, phone=mask_phone(pending.phone),
        is_demo=settings.SHIMIN.demo,
    )  # fmt: skip


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
