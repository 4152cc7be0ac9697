"""Agree to have an account's bills, or a card, paid by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.payments.autopay.public import set_up_bills, set_up_card
from shimin.capabilities.payments.autopay.web.forms import BillsForm, CardForm
from shimin.capabilities.payments.billing.public import get_bound_for
from shimin.kernel import clock
from shimin.kernel.errors import Conflict, InvalidInput, Unavailable
from shimin.kernel.web.access import Request, signed_in


@require_http_methods(["GET", "POST"])
@signed_in(transaction=False)
def bills(request: Request, bound_id: int) -> HttpResponse:
    """Ask for the limits of a bound account's bills."""
    bound = get_bound_for(actor=request.actor, bound_id=bound_id)
    form = BillsForm(request.POST if request.method == "POST" else None)
    head = f"{bound.home}的{bound.biller.title}"
    text = f"{bound.biller.name}出账后自动缴，户号尾号 {bound.number_tail}。每笔扣款前24小时先通知您，可以不扣。"

    def write(given: dict[str, Any]) -> int:
        return set_up_bills(actor=request.actor, bound_id=bound_id, now=clock.now(), **given)

    return _answer(request, form, write, {"head": head, "text": text})


@require_http_methods(["GET", "POST"])
@signed_in(transaction=False)
def card(request: Request) -> HttpResponse:
    """Ask for a card, its threshold and the sums."""
    form = CardForm(request.POST if request.method == "POST" else None)
    text = "余额少了自动充，刷卡不断。每次扣款前10分钟先通知您，可以不扣。"

    def write(given: dict[str, Any]) -> int:
        return set_up_card(actor=request.actor, now=clock.now(), **given)

    return _answer(request, form, write, {"head": "校园卡、公交卡", "text": text})


def _answer(
    request: Request, form: BillsForm | CardForm, write: Callable[[dict[str, Any]], int], context: dict[str, Any]
) -> HttpResponse:
    status = 200
    if form.is_bound and form.is_valid():
        try:
            plan_id = write(dict(form.cleaned_data))
        except (InvalidInput, Conflict, Unavailable) as refused:
            status = refused.status
            for field, words in (refused.fields or {"": f"{refused.message}{refused.mend}"}).items():
                form.add_error(field if field in form.fields else None, words)
        else:
            return HttpResponseRedirect(reverse("autopay:plan", args=[plan_id]))
    elif form.is_bound:
        status = 422
    response = render(request, "autopay/new.html", {"form": form, **context}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
