"""合并账号: the other account is named, proved, looked at with one's own, joined; the record, and the way back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.identity.domain import CodePurpose
from shimin.capabilities.identity.domain.counter import read_login_number
from shimin.capabilities.identity.domain.merging import TICKET_LIFETIME
from shimin.capabilities.identity.operations.codes import request_code
from shimin.capabilities.identity.operations.merging.joining import merge_accounts
from shimin.capabilities.identity.operations.merging.proving import (
    MergeTicketExpired,
    OtherClaim,
    ask_merge_code,
    look_at_merge,
    prove_other,
)
from shimin.capabilities.identity.operations.merging.undoing import undo_merge, undo_merge_by_phone
from shimin.capabilities.identity.queries.factors import get_sign_in_ways
from shimin.capabilities.identity.queries.merges import Proposal, list_merges
from shimin.capabilities.identity.web.client import client_of
from shimin.capabilities.identity.web.forms import (
    ConfirmForm,
    PhoneForm,
    cleaned,
    password_field,
    show_error,
    text_field,
)
from shimin.capabilities.identity.web.pages import form_page
from shimin.capabilities.identity.web.pending import Pending, clear_pending, get_pending, set_pending
from shimin.kernel import clock
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import DomainError, LevelRequired, NotFound, ProofRequired
from shimin.kernel.values.masking import mask_phone
from shimin.kernel.web.access import Request, public, signed_in

_TICKET = "shimin_merge"
_PATH = "/account/merge"
_ELSEWHERE = (LevelRequired, ProofRequired)  # these have pages of their own


class OtherForm(forms.Form):
    """Which account is the other one."""

    phone = text_field(
        "另一个账号的手机号", longest=40, example="11位；没有手机的账号，填恢复单上12位的登录号", inputmode="tel",
        autocomplete="off",
    )  # fmt: skip


class OtherProofForm(forms.Form):
    """What proves the other account, and the own one again."""

    code = text_field(
        "验证码", longest=20, example="发到那个手机的6位数字", inputmode="numeric", autocomplete="one-time-code"
    )
    password = password_field("那个账号的密码", "off")
    second = forms.CharField(
        label="那个账号的动态码", help_text="那个账号开了动态码的才填", max_length=40, required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off"}),
    )  # fmt: skip
    own_password = password_field("现在这个账号的密码", "current-password")
    own_second = text_field("现在这个账号的动态码", longest=40, autocomplete="one-time-code", autocapitalize="off")


class MergeForm(forms.Form):
    """The last word, with a choice for each clash that has one."""

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        super().__init__(data)
        for clash in proposal.clashes:
            if clash.may_choose:
                self.fields[f"clash-{clash.key}"] = forms.ChoiceField(
                    label=f"{clash.title}，留哪一个", widget=forms.RadioSelect, initial="mine", required=True,
                    choices=[
                        ("mine", f"现在这个账号的：{clash.mine}"), ("theirs", f"另一个账号的：{clash.theirs}"),
                    ],
                    error_messages={"required": "请选一个。", "invalid_choice": "请选一个。"},
                )  # fmt: skip
        self.fields["understood"] = forms.BooleanField(label="我知道合并后会怎样", required=False)

    def theirs(self) -> list[str]:
        """Return the clashes in which the other account's is kept."""
        return [
            name.removeprefix("clash-") for name, value in self.cleaned_data.items() if value == "theirs"
        ]  # fmt: skip


class UndoCodeForm(forms.Form):
    """The code that was sent to the phone of the account that was joined."""

    code = text_field(
        "验证码", longest=20, example="短信里的6位数字", inputmode="numeric", autocomplete="one-time-code"
    )


@require_http_methods(["GET", "HEAD"])
@signed_in(transaction=False)
def record(request: Request) -> HttpResponse:
    """Show what was merged, and the ways on and back."""
    rows = list_merges(request.actor, clock.now())
    return form_page(request, "identity/merges.html", forms.Form(), rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def start(request: Request) -> HttpResponse:
    """Ask for the other account and send its phone a code; the answer is the same whether it exists or not."""
    form, error = OtherForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            name = ask_merge_code(actor=request.actor, client=client_of(request), now=clock.now(), **cleaned(form))
        except _ELSEWHERE:
            raise
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse("identity:merge_prove"), status=303)
            set_pending(response, Pending(name, CodePurpose.MERGE, ""))
            return response
    return form_page(request, "identity/merge_start.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def prove(request: Request) -> HttpResponse:
    """Take the proofs of both accounts."""
    pending = get_pending(request, CodePurpose.MERGE)
    if pending is None:
        return HttpResponseRedirect(reverse("identity:merge_start"), status=303)
    form, error = OtherProofForm(request.POST or None), None
    has_phone = read_login_number(pending.phone) is None
    if not has_phone:
        del form.fields["code"]
    if not get_sign_in_ways(request.actor).has_code_app:
        del form.fields["own_second"]
    if request.method == "POST" and form.is_valid():
        try:
            ticket = prove_other(
                actor=request.actor, claim=OtherClaim(phone=pending.phone, **cleaned(form)), client=client_of(request),
                now=clock.now(),
            )  # fmt: skip
        except _ELSEWHERE:
            raise
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse("identity:merge_confirm"), status=303)
            clear_pending(response)
            _keep(response, ticket)
            return response
    other = mask_phone(pending.phone) if has_phone else pending.phone
    return form_page(
        request, "identity/merge_prove.html", form, error=error, other=other, has_phone=has_phone,
        is_demo=settings.SHIMIN.demo,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def confirm(request: Request) -> HttpResponse:
    """Show what both accounts carry and where they clash, and join them."""
    error, ticket = None, request.COOKIES.get(_TICKET, "")
    try:
        proposal = look_at_merge(actor=request.actor, ticket=ticket, now=clock.now())
        form = MergeForm(proposal, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            merge_accounts(
                actor=request.actor, ticket=ticket, theirs=form.theirs(),
                understood=form.cleaned_data["understood"], now=clock.now(),
            )  # fmt: skip
            response = HttpResponseRedirect(reverse("identity:merges"), status=303)
            _forget(response)
            return response
    except _ELSEWHERE:
        raise
    except MergeTicketExpired:
        return _begin_again()
    except DomainError as refused:
        show_error(form, error := refused)
    return form_page(request, "identity/merge_confirm.html", form, error=error, proposal=proposal)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(level=AssuranceLevel.REAL_NAME, transaction=False)
def undo(request: Request, merge_id: int) -> HttpResponse:
    """Take a merge back, by the account that stayed."""
    now = clock.now()
    row = next((each for each in list_merges(request.actor, now) if each.merge_id == merge_id and each.stays), None)
    if row is None:
        raise NotFound
    form, error = ConfirmForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            undo_merge(actor=request.actor, merge_id=merge_id, password=form.cleaned_data["password"], now=now)
        except _ELSEWHERE:
            raise
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:merges"), status=303)
    return form_page(request, "identity/merge_undo.html", form, error=error, row=row)


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def undo_start(request: Request) -> HttpResponse:
    """Ask for the phone of the account that was joined, and send it a code."""
    form, error = PhoneForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            phone = request_code(
                actor=request.actor, purpose=CodePurpose.UNDO_MERGE, client=client_of(request), now=clock.now(),
                **cleaned(form),
            )  # fmt: skip
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = HttpResponseRedirect(reverse("identity:unmerge_code"), status=303)
            set_pending(response, Pending(phone, CodePurpose.UNDO_MERGE, ""))
            return response
    return form_page(request, "identity/unmerge.html", form, error=error)


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def undo_code(request: Request) -> HttpResponse:
    """Take the code and give the account back."""
    pending = get_pending(request, CodePurpose.UNDO_MERGE)
    if pending is None:
        return HttpResponseRedirect(reverse("identity:unmerge"), status=303)
    form, error = UndoCodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            undo_merge_by_phone(
                actor=request.actor, phone=pending.phone, client=client_of(request), now=clock.now(), **cleaned(form)
            )
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = form_page(request, "identity/unmerged.html", form, phone=mask_phone(pending.phone))
            clear_pending(response)
            return response
    return form_page(
        request, "identity/unmerge_code.html", form, error=error, phone=mask_phone(pending.phone),
        is_demo=settings.SHIMIN.demo,
    )  # fmt: skip


def _keep(response: HttpResponseBase, ticket: str) -> None:
    response.set_cookie(
        _TICKET, ticket, max_age=int(TICKET_LIFETIME.total_seconds()), path=_PATH, httponly=True, samesite="Lax",
        secure=settings.SHIMIN.secure_cookies,
    )  # fmt: skip


def _forget(response: HttpResponseBase) -> None:
    response.delete_cookie(_TICKET, path=_PATH, samesite="Lax")


def _begin_again() -> HttpResponse:
    response = HttpResponseRedirect(reverse("identity:merge_start"), status=303)
    _forget(response)
    return response
