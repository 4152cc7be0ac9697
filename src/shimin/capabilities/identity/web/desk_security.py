"""How a member of staff signs in: password, app, passkeys; and asking that a colleague's are reset."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.identity.domain.officers import SYSTEM_ADMIN
from shimin.capabilities.identity.operations.officers.resetting import ask_reset
from shimin.capabilities.identity.queries.factors import get_sign_in_ways
from shimin.capabilities.identity.web.forms import show_error, text_field
from shimin.capabilities.identity.web.pages import form_page
from shimin.capabilities.identity.web.passkeys import add_page, own_passkey, remove_page
from shimin.capabilities.identity.web.security import password_page
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, staff

_OWN, _BACK = "identity/desk/own.html", "identity:desk_security"


class ResetForm(forms.Form):
    """Whose ways to sign in, and why."""

    login = text_field("同事的工号", longest=40, autocomplete="off")
    reason = forms.CharField(
        label="原因", help_text="例如：手机丢了，恢复码也没有了，本人当面来说的", max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "请写明原因。", "max_length": "太长了，请写短一些。"},
    )  # fmt: skip


@require_safe
@staff(transaction=False)
def security(request: Request) -> HttpResponse:
    """Show the officer's own ways to sign in."""
    response = render(request, "identity/desk/security.html", {"ways": get_sign_in_ways(request.actor), "queue": ""})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff(transaction=False)
def password(request: Request) -> HttpResponse:
    """Change an officer's password."""
    return password_page(request, template=_OWN, onward=_BACK, queue="", title="改密码", button="改密码")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(transaction=False)
def add(request: Request) -> HttpResponse:
    """Add a passkey of an officer's."""
    name = get_sign_in_ways(request.actor).staff_name
    return add_page(request, name=name, template="identity/desk/passkey_add.html", onward=_BACK, queue="")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(transaction=False)
def remove(request: Request, passkey_id: int) -> HttpResponse:
    """Remove a passkey of an officer's."""
    passkey = own_passkey(request, passkey_id)
    title = f"删除通行密钥“{passkey.label}”"
    return remove_page(request, passkey, template=_OWN, onward=_BACK, queue="", title=title, button="删除")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(SYSTEM_ADMIN, transaction=False)
def reset(request: Request) -> HttpResponse:
    """Ask that a colleague's app, recovery codes and passkeys are taken away."""
    form, error = ResetForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            ask_reset(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:staff_changes"), status=303)
    return form_page(
        request, "identity/desk/staff/ask.html", form, error=error, queue="identity.staff", title="重设同事的登录方式"
    )
