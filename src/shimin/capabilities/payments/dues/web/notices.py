"""The agency's desk: issue notices, print them, take them back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import BytesIO
from urllib.parse import urlencode

import segno
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from shimin.capabilities.payments.dues.public import (
    ISSUER,
    NoticeView,
    cancel_notice,
    get_notice_for,
    issue_notice,
    list_notices,
    seal_of,
)
from shimin.capabilities.payments.dues.web.forms import CancelForm, NoticeForm
from shimin.kernel import clock
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.money import InvalidAmount, parse_yuan
from shimin.kernel.web.access import Request, staff

QUEUE = "dues.notices"


@require_http_methods(["GET", "HEAD", "POST"])
@staff(ISSUER, transaction=False)
def notices(request: Request) -> HttpResponse:
    """List the agency's notices; POST issues one."""
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            notice_id = issue_notice(
                actor=request.actor, item_code=given["item"], title=given["title"], payer_name=given["payer"],
                amount_fen=parse_yuan(given["yuan"]), now=clock.now(),
                due_at=datetime.combine(given["due"], time(), CHINA) + timedelta(days=1),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("dues:notice", args=[notice_id]))
        except InvalidAmount as wrong:
            form.add_error("yuan", f"{wrong.message}{wrong.mend}")
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field, words)
    now = clock.now()
    context = {
        "queue": QUEUE,
        "form": form,
        "rows": [(each, *_state(each, now)) for each in list_notices(request.actor)],
    }
    return _private(render(request, "dues/desk/notices.html", context, status=422 if form.errors else 200))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(ISSUER, transaction=False)
def notice(request: Request, notice_id: int) -> HttpResponse:
    """Show a notice with its QR code, for printing; POST takes it back."""
    found = get_notice_for(actor=request.actor, notice_id=notice_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            cancel_notice(actor=request.actor, notice_id=notice_id, words=form.cleaned_data["words"], now=clock.now())
            return HttpResponseRedirect(reverse("dues:notice", args=[notice_id]))
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field, words)
    address = request.build_absolute_uri(
        f"{reverse('dues:code')}?{urlencode({'code': found.code, 's': seal_of(found.code)})}"
    )
    words, light = _state(found, clock.now())
    context = {
        "queue": QUEUE, "notice": found, "qr": _qr(address), "address": address, "words": words, "light": light,
        "form": form if not found.closed_words(found.issued_at) else None,
    }  # fmt: skip
    return _private(render(request, "dues/desk/notice.html", context, status=422 if form.errors else 200))


def _state(notice: NoticeView, now: datetime) -> tuple[str, str]:
    if notice.paid_at is not None:
        return "已缴清", "green"
    if notice.cancelled_at is not None:
        return "已取消", "grey"
    return ("已过期", "grey") if notice.due_at <= now else ("待缴", "amber")


def _qr(text: str) -> SafeString:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, light="#fff", dark="#000", xmldecl=False, svgns=False, title="缴款二维码",
        svgclass="qr", lineclass=None, nl=False, omitsize=True,
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # noqa: S308 - the text is drawn, not written


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
