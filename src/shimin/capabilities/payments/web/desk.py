"""The desk of finance: refunds with four eyes."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.payments.public import (
    FINANCE,
    REASON_WORDS,
    STAGE_WORDS,
    STATE_WORDS,
    RefundStage,
    RefundTooLarge,
    decide_refund,
    find_paid_order,
    list_refunds,
    request_refund,
)
from shimin.capabilities.payments.web.forms import RefundForm
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.values.money import InvalidAmount, format_fen, parse_yuan
from shimin.kernel.values.numbers import PublicNumberInvalid
from shimin.kernel.web.access import Request, staff

_LIGHTS = {
    RefundStage.REQUESTED: "amber",
    RefundStage.AGREED: "amber",
    RefundStage.SENT: "amber",
    RefundStage.DONE: "green",
    RefundStage.DECLINED: "grey",
    RefundStage.FAILED: "red",
}


@require_safe
@staff(FINANCE)
def refunds(request: Request) -> HttpResponse:
    """List refunds that wait for a second officer, or (state=decided) the others."""
    waiting = request.GET.get("state") != "decided"
    address = reverse("payments:desk_refunds")
    context = {
        "queue": "payments.refunds",
        "rows": [
            (row, REASON_WORDS[row.reason], STAGE_WORDS[row.stage], _LIGHTS[row.stage])
            for row in list_refunds(request.actor, waiting=waiting)
        ],
        "waiting": waiting,
        "chips": [
            {"title": "待复核", "url": address, "current": waiting},
            {"title": "已处理", "url": f"{address}?state=decided", "current": not waiting},
        ],
    }
    return _private(render(request, "payments/desk/refunds.html", context))


@require_POST
@staff(FINANCE)
def decide(request: Request, refund_id: int) -> HttpResponse:
    """Agree to a refund or decline it."""
    answer = request.POST.get("agree")
    if answer not in ("0", "1"):
        raise InvalidInput(fields={"agree": "请选择同意或不同意。"})
    decide_refund(actor=request.actor, refund_id=refund_id, agree=answer == "1", now=clock.now())
    return HttpResponseRedirect(reverse("payments:desk_refunds"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(FINANCE)
def order(request: Request) -> HttpResponse:
    """Find a paid order by its number; POST asks for money of one of its lines to go back."""
    number = (request.POST if request.method == "POST" else request.GET).get("number", "")[:40]
    found, fault, status = None, "", 200
    try:
        found = find_paid_order(actor=request.actor, number=number) if number else None
    except (PublicNumberInvalid, NotFound):
        fault, status = "没有这个编号的已付款订单，或者不归您管。请对照收据再填一次。", 404
    form = RefundForm(found, request.POST if request.method == "POST" and found else None)
    if form.is_bound and form.is_valid():
        try:
            request_refund(
                actor=request.actor, line_id=int(form.cleaned_data["line"]), now=clock.now(),
                amount_fen=parse_yuan(form.cleaned_data["yuan"]), reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
            )  # fmt: skip
            return HttpResponseRedirect(reverse("payments:desk_refunds"))
        except InvalidAmount as wrong:
            form.add_error("yuan", f"{wrong.message}{wrong.mend}")
        except RefundTooLarge as wrong:
            form.add_error("yuan", f"{wrong.message}{wrong.mend}")
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field if field in form.fields else None, words)
    context = {
        "queue": "payments.refunds",
        "number": number,
        "fault": fault,
        "order": found,
        "state": STATE_WORDS[found.state] if found else "",
        "lines": [(line, format_fen(line.refundable_fen)) for line in found.lines] if found else [],
        "form": form if found and any(line.refundable_fen for line in found.lines) else None,
    }
    status = 422 if form.is_bound and form.errors else status
    return _private(render(request, "payments/desk/order.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
