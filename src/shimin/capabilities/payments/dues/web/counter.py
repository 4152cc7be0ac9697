"""The counter: a teller takes cash for a code, and counts the drawer."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.payments.dues.public import (
    CodeInvalid,
    NoticeUnknown,
    NoticeView,
    close_drawer,
    drawer_state,
    list_closed,
    open_code,
    take_for_code,
)
from shimin.capabilities.payments.dues.web.forms import CashForm, CodeForm, DrawerForm
from shimin.capabilities.payments.public import TELLER, get_order_for, link_secret
from shimin.kernel import clock
from shimin.kernel.errors import Conflict, InvalidInput, NotFound
from shimin.kernel.values.money import InvalidAmount, parse_yuan
from shimin.kernel.web.access import Request, staff

QUEUE = "dues.counter"


@require_http_methods(["GET", "HEAD", "POST"])
@staff(TELLER, transaction=False)
def counter(request: Request) -> HttpResponse:
    """Find a notice by its code; POST takes the cash."""
    now = clock.now()
    form = CodeForm({"code": request.POST.get("code", "")} if request.method == "POST" else request.GET or None)
    notice, fault, status = None, "", 200
    if form.is_bound and form.is_valid():
        try:
            notice = open_code(actor=request.actor, text=form.cleaned_data["code"], address="", now=now)
            fault = notice.closed_words(now)
        except CodeInvalid as wrong:
            form.add_error("code", wrong.fields["code"])
        except NoticeUnknown as unknown:
            form.add_error("code", f"{unknown.message}{unknown.mend}")
    cash = _cash_form(request, notice)
    if notice is not None and cash.is_bound and cash.is_valid():
        try:
            given = parse_yuan(cash.cleaned_data["yuan"])
            order_id = take_for_code(
                actor=request.actor, code=notice.code, received_fen=given, key=cash.cleaned_data["key"], now=now
            )
            back = urlencode({"change": given - notice.amount_fen})
            return HttpResponseRedirect(f"{reverse('dues:taken', args=[order_id])}?{back}")
        except InvalidAmount as wrong:
            cash.add_error("yuan", f"{wrong.message}{wrong.mend}")
        except InvalidInput as wrong:
            cash.add_error("yuan", "".join(wrong.fields.values()) or wrong.message)
        except Conflict as refused:
            fault, status = f"{refused.message}{refused.mend}", 409
    if form.errors or (cash.is_bound and cash.errors):
        status = 422
    context = {
        "queue": QUEUE, "form": form, "notice": notice, "fault": fault, "cash": None if fault else cash,
        "drawer": drawer_state(actor=request.actor, now=now),
    }  # fmt: skip
    return _private(render(request, "dues/desk/counter.html", context, status=status))


def _cash_form(request: Request, notice: NoticeView | None) -> CashForm:
    if request.method == "POST":
        return CashForm(request.POST)
    return CashForm(initial={"code": notice.code if notice else "", "key": uuid4().hex})


@require_safe
@staff(TELLER, transaction=False)
def taken(request: Request, order_id: int) -> HttpResponse:
    """Show what was taken, the change, and the receipt to print."""
    order = get_order_for(actor=request.actor, order_id=order_id)
    if not order.is_paid:
        raise NotFound
    change = request.GET.get("change", "")
    context = {
        "queue": QUEUE, "order": order,
        "change": int(change) if change.isascii() and change.isdigit() and len(change) < 12 else None,
        "receipt_url": f"{reverse('payments:receipt', args=[order_id])}?{urlencode({'k': link_secret(order_id)})}",
    }  # fmt: skip
    return _private(render(request, "dues/desk/taken.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(TELLER, transaction=False)
def drawer(request: Request) -> HttpResponse:
    """Count the drawer against the ledger; POST closes the day."""
    now = clock.now()
    form = DrawerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            close_drawer(
                actor=request.actor, counted_fen=parse_yuan(form.cleaned_data["counted"]),
                words=form.cleaned_data["words"], now=now,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("dues:drawer"))
        except InvalidAmount as wrong:
            form.add_error("counted", f"{wrong.message}{wrong.mend}")
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field, words)
    context = {
        "queue": QUEUE, "form": form, "drawer": drawer_state(actor=request.actor, now=now),
        "closed": list_closed(request.actor),
    }  # fmt: skip
    return _private(render(request, "dues/desk/drawer.html", context, status=422 if form.errors else 200))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
