"""Pay by code: anybody who has the notice, with or without an account."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.payments.dues.public import CodeInvalid, CodeTampered, NoticeUnknown, open_code
from shimin.capabilities.payments.dues.web.forms import CodeForm
from shimin.kernel import clock
from shimin.kernel.web.access import Request, public


@require_safe
@public(transaction=False)
def code(request: Request) -> HttpResponse:
    """Ask for a code, or show what it stands for. A QR code leads here, with a seal (``s``)."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    notice, status, fault = None, 200, ""
    now = clock.now()
    if form.is_bound and form.is_valid():
        try:
            notice = open_code(
                actor=request.actor, text=form.cleaned_data["code"], seal=request.GET.get("s", "")[:40],
                address=request.META.get("REMOTE_ADDR", ""), now=now,
            )  # fmt: skip
        except CodeTampered as tampered:
            fault, status = f"{tampered.message}{tampered.mend}", 422
            form = CodeForm()
        except CodeInvalid as wrong:
            form.add_error("code", wrong.fields["code"])
        except NoticeUnknown as unknown:
            form.add_error("code", f"{unknown.message}{unknown.mend}")
            status = 404
    if form.is_bound and form.errors and status == 200:
        status = 422
    context = {
        "form": form, "notice": notice, "fault": fault, "key": uuid4().hex,
        "closed": notice.closed_words(now) if notice else "",
    }  # fmt: skip
    response = render(request, "dues/code.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
