"""我的个人信息: see it, take it along, close the account."""

from __future__ import annotations

import orjson
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.operations.own_data import close_account, export_own_data
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.capabilities.identity.web.cookies import clear_session
from shimin.capabilities.identity.web.forms import password_field, show_error
from shimin.capabilities.identity.web.pages import form_page
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, signed_in


class CloseForm(forms.Form):
    """The password, and the word that closing is for good."""

    password = password_field("登录密码", "current-password")
    understood = forms.BooleanField(label="我知道注销后不能恢复", required=False)


@require_safe
@signed_in()
def own_data(request: Request) -> HttpResponse:
    """Say what is held, by whom, and what can be done about it."""
    response = render(request, "identity/own_data.html", {"parts": personal_data_parts()})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in(transaction=False)
def export(request: Request) -> HttpResponse:
    """Hand out everything as one file."""
    content = orjson.dumps(export_own_data(actor=request.actor, now=clock.now()), option=orjson.OPT_INDENT_2)
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="shimin-my-data.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def close(request: Request) -> HttpResponse:
    """Close the account for good."""
    form, error = CloseForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            receipt = close_account(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            response = form_page(request, "identity/closed.html", form, receipt=receipt)
            clear_session(response, AccountKind.CITIZEN)
            return response
    return form_page(request, "identity/close.html", form, error=error, parts=personal_data_parts())
