"""Bills of all homes, one account with what was used, binding and removing."""

from __future__ import annotations

import secrets
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.payments.billing.public import (
    KIND,
    AccountBills,
    bind_account,
    card_kinds,
    get_account_bills,
    list_bills,
    ref_of,
    set_reminders,
    top_up,
    unbind_account,
)
from shimin.capabilities.payments.billing.web.forms import BindForm, TopUpForm
from shimin.kernel import clock
from shimin.kernel.errors import Conflict, InvalidInput, Unavailable
from shimin.kernel.values.money import format_fen
from shimin.kernel.web.access import Request, signed_in
from shimin.ui.plots import bars, line

MOST_AT_ONCE = 20  # lines of an order


@require_safe
@signed_in(transaction=False)
def home(request: Request) -> HttpResponse:
    """Show what is owed, home by home, with one button for what is chosen."""
    accounts = list_bills(request.actor)
    today = clock.local_date(clock.now())
    owed = [(account, bill) for account in accounts for bill in account.owed]
    context = {
        "homes": [
            (name, [(account, _debts(account, today)) for account in group])
            for name, group in groupby(accounts, key=lambda account: account.bound.home)
        ],
        "owed_count": len(owed),
        "owed_fen": sum(bill.payable_fen for _, bill in owed),
        "is_too_many": len(owed) > MOST_AT_ONCE,
        "all_known": all(account.is_known for account in accounts),
        "key": secrets.token_urlsafe(16),
    }
    return _private(render(request, "billing/home.html", context))


def _debts(account: AccountBills, today: date) -> list[dict[str, Any]]:
    return [
        {
            "value": f"{KIND}:{ref_of(account.bound.biller.code, bill.number)}",
            "bill": bill,
            "is_overdue": bill.is_overdue(today),
        }
        for bill in account.owed
    ]


@require_safe
@signed_in(transaction=False)
def account(request: Request, bound_id: int) -> HttpResponse:
    """Show an account's bills by month, and power day by day."""
    found, days = get_account_bills(actor=request.actor, bound_id=bound_id)
    today = clock.local_date(clock.now())
    months = [(bill.month, bill.amount_fen) for bill in reversed(found.bills)]
    title = found.bound.biller.title
    context = {
        "account": found,
        "debts": _debts(found, today),
        "bills": [(bill, bill.is_overdue(today)) for bill in found.bills],
        "month_plot": bars(
            f"每月{title}", months, words=lambda fen: format_fen(int(fen)), label_title="账期", value_title="金额"
        ),
        "day_plot": line(
            "最近30天用电", [(f"{each.day:%-m月%-d日}", each.used) for each in days], words=lambda used: f"{used:g}度",
            label_title="日期", value_title="用电量",
        )
        if days
        else None,
        "day_mean": f"{sum(each.used for each in days) / len(days):.1f}" if days else "",
        "key": secrets.token_urlsafe(16),
    }  # fmt: skip
    return _private(render(request, "billing/account.html", context))


@require_http_methods(["GET", "POST"])
@signed_in(transaction=False)
def bind(request: Request) -> HttpResponse:
    """Bind an account by number."""
    form = BindForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            given = dict(form.cleaned_data)
            bound_id = bind_account(actor=request.actor, biller_code=given.pop("biller"), now=clock.now(), **given)
        except (InvalidInput, Conflict, Unavailable) as refused:
            status = refused.status
            for field, words in (refused.fields or {"": f"{refused.message}{refused.mend}"}).items():
                form.add_error(field or None, words)
        else:
            return HttpResponseRedirect(reverse("billing:account", args=[bound_id]))
    elif form.is_bound:
        status = 422
    return _private(render(request, "billing/bind.html", {"form": form}, status=status))


@require_POST
@signed_in(transaction=False)
def reminders(request: Request, bound_id: int) -> HttpResponse:
    """Switch an account's reminders on or off."""
    reminds = request.POST.get("reminds") == "1"
    set_reminders(actor=request.actor, bound_id=bound_id, reminds=reminds, now=clock.now())
    return HttpResponseRedirect(reverse("billing:account", args=[bound_id]))


@require_POST
@signed_in(transaction=False)
def unbind(request: Request, bound_id: int) -> HttpResponse:
    """Remove an account."""
    unbind_account(actor=request.actor, bound_id=bound_id, now=clock.now())
    return HttpResponseRedirect(reverse("billing:home"))


@require_http_methods(["GET", "POST"])
@signed_in(transaction=False)
def top_up_card(request: Request, kind: str = "campus") -> HttpResponse:
    """Ask for issuer, card and sum; the order's page asks for the confirmation."""
    chosen = card_kinds()[kind]
    form = TopUpForm(chosen, request.POST if request.method == "POST" else None)
    key = request.POST.get("idempotency_key") or secrets.token_urlsafe(16)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            order_id = top_up(actor=request.actor, key=key, now=clock.now(), **form.cleaned_data)
        except (InvalidInput, Conflict, Unavailable) as refused:
            status = refused.status
            for field, words in (refused.fields or {"": f"{refused.message}{refused.mend}"}).items():
                form.add_error(field if field in form.fields else None, words)
            key = secrets.token_urlsafe(16)
        else:
            return HttpResponseRedirect(reverse("payments:order", args=[order_id]))
    elif form.is_bound:
        status = 422
    return _private(render(request, "billing/top_up.html", {"form": form, "key": key, "kind": chosen}, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
