"""The desk of a city's finance: days, what does not agree, the way from a total to each fen, the treasury file."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.payments.public import FINANCE
from shimin.capabilities.payments.reconciliation.public import (
    OWNER_WORDS,
    WAY_WORDS,
    DayNotReady,
    DifferenceView,
    Owner,
    StatementRefused,
    WriteOffView,
    billers_of_day,
    can_be_written_off,
    close_day,
    close_difference,
    download_statement,
    fetch_biller_file,
    find_close,
    gateway_days,
    gateways_of_day,
    import_statement,
    is_biller,
    list_days,
    list_differences,
    list_entries,
    reconcile_day,
    settlement_for,
    treasury_file,
    waiting_of,
)
from shimin.capabilities.payments.reconciliation.web.biller_files import biller_rows
from shimin.capabilities.payments.reconciliation.web.cities import address_of, cities_of, city_of
from shimin.capabilities.payments.reconciliation.web.forms import EndForm, StatementForm
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.values.money import format_fen
from shimin.kernel.web.access import Request, staff

QUEUE = "reconciliation.days"
_LIGHTS = {Owner.PLATFORM: "amber", Owner.GATEWAY: "red", Owner.KEEPER: "amber", Owner.FINANCE: "red"}


def _page(request: Request, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, f"reconciliation/{template}.html", {"queue": QUEUE, **context}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@staff(FINANCE)
def days(request: Request) -> HttpResponse:
    """List the last days with what is open on them."""
    city, address = city_of(request), reverse("reconciliation:days")
    rows = [
        (each, address_of(request, "day", city, each.day))
        for each in list_days(actor=request.actor, city_code=city, now=clock.now())
    ]
    codes = cities_of(request.actor)
    chips = [
        {"title": get_region(code).short_name, "url": f"{address}?{urlencode({'city': code})}", "current": code == city}
        for code in (codes if len(codes) > 1 else [])
    ]
    context = {
        "rows": rows, "chips": chips, "all_url": address_of(request, "differences", city),
        "today": clock.local_date(clock.now()),
    }  # fmt: skip
    return _page(request, "days", context)


@require_safe
@staff(FINANCE)
def day(request: Request, day: date) -> HttpResponse:
    """Show one day: gateways beside the ledger, differences, settlement, and the way to close it."""
    return _day(request, day)


def _day(
    request: Request, day: date, *, form: StatementForm | None = None, fault: str = "",
    ends: dict[int, EndForm] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    city, actor = city_of(request), request.actor
    rows = settlement_for(actor=actor, city_code=city, day=day)
    found = list_differences(actor=actor, city_code=city, day=day, is_open=None)
    waiting = waiting_of(actor=actor, city_code=city)
    base = address_of(request, "entries", city, day)
    joint = "&" if "?" in base else "?"
    context = {
        "day": day, "city": city, "fault": fault,
        "is_over": day < clock.local_date(clock.now()),
        "close": find_close(actor=actor, city_code=city, day=day),
        "gateways": gateway_days(actor=actor, city_code=city, day=day),
        "settlement": [
            (row, f"{base}{joint}{urlencode({'payee': row.payee_code, 'item': row.item_code})}") for row in rows
        ],
        "captured_fen": sum(row.captured_fen for row in rows), "refunded_fen": sum(row.refunded_fen for row in rows),
        "net_fen": sum(row.net_fen for row in rows),
        "open": [
            {**_shown(each, ends), **_write_off(request, city, each, waiting)} for each in found if each.is_open
        ],
        "write_offs_url": address_of(request, "write_offs", city),
        "ended": [_shown(each, None) for each in found if not each.is_open],
        "form": form or StatementForm(city),
        "billers": biller_rows(request, city, day), "send_url": address_of(request, "files", city, day),
        "days_url": address_of(request, "days", city), "import_url": address_of(request, "import", city, day),
        "compare_url": address_of(request, "compare", city, day), "close_url": address_of(request, "close", city, day),
        "treasury_url": address_of(request, "treasury", city, day),
    }  # fmt: skip
    return _page(request, "day", context, status)


def _write_off(request: Request, city: str, found: DifferenceView, waiting: dict[int, WriteOffView]) -> dict[str, Any]:
    """Return whether a difference is proposed to be written off, or where that is done."""
    proposed = waiting.get(found.difference_id)
    can = can_be_written_off(found.kind, found.gateway, found.statement_fen, found.ledger_fen)
    return {
        "proposed": proposed,
        "write_off_url": address_of(request, "propose_write_off", city, found.difference_id)
        if can and proposed is None
        else "",
        "write_off_words": format_fen(abs((found.statement_fen or 0) - (found.ledger_fen or 0))),
    }


def _shown(found: DifferenceView, ends: dict[int, EndForm] | None) -> dict[str, Any]:
    return {
        "row": found,
        "owner": OWNER_WORDS[found.meaning.owner],
        "light": _LIGHTS[found.meaning.owner],
        "way": WAY_WORDS[found.way] if found.way else "",
        "statement": "没有" if found.statement_fen is None else format_fen(found.statement_fen),
        "ledger": "没有" if found.ledger_fen is None else format_fen(found.ledger_fen),
        "form": (ends or {}).get(found.difference_id) or EndForm(found),
    }


@require_POST
@staff(FINANCE, transaction=False)
def take_statement(request: Request, day: date) -> HttpResponse:
    """Import a statement, from a file or from the gateway, and compare the day at once."""
    city, now = city_of(request), clock.now()
    form = StatementForm(city, request.POST, request.FILES)
    if not form.is_valid():
        return _day(request, day, form=form, status=422)
    code, file = form.cleaned_data["gateway"], form.cleaned_data["file"]
    try:
        if file is None and is_biller(code):
            fetch_biller_file(actor=request.actor, city_code=city, code=code, day=day, now=now)
        elif file is None:
            told = download_statement(actor=request.actor, city_code=city, gateway_code=code, day=day, now=now)
            if told is None:
                form.add_error(None, "支付机构还没有这一天的账单，一般第二天上午九点以后才有。")
                return _day(request, day, form=form, status=422)
        else:
            content = file.read()
            import_statement(actor=request.actor, city_code=city, gateway_code=code, day=day, content=content, now=now)
    except StatementRefused as refused:
        for line, words in refused.faults:
            form.add_error("file", f"第{line}行：{words}" if line else words)
        return _day(request, day, form=form, status=422)
    except InvalidInput as wrong:
        for field, words in wrong.fields.items():
            form.add_error(field if field in form.fields else None, words)
        return _day(request, day, form=form, status=422)
    reconcile_day(actor=request.actor, city_code=city, gateway_code=code, day=day, now=now)
    return HttpResponseRedirect(address_of(request, "day", city, day))


@require_POST
@staff(FINANCE, transaction=False)
def compare(request: Request, day: date) -> HttpResponse:
    """Compare again: every gateway and biller of the day."""
    city, now = city_of(request), clock.now()
    codes = gateways_of_day(request.actor, city, day)
    for code in [*codes, *billers_of_day(actor=request.actor, city_code=city, day=day)]:
        reconcile_day(actor=request.actor, city_code=city, gateway_code=code, day=day, now=now)
    return HttpResponseRedirect(address_of(request, "day", city, day))


@require_POST
@staff(FINANCE, transaction=False)
def close(request: Request, day: date) -> HttpResponse:
    """Close a day."""
    city = city_of(request)
    try:
        close_day(actor=request.actor, city_code=city, day=day, now=clock.now())
    except DayNotReady as refused:
        return _day(request, day, fault=f"{refused.message}{refused.mend}", status=409)
    return HttpResponseRedirect(address_of(request, "day", city, day))


@require_safe
@staff(FINANCE)
def treasury(request: Request, day: date) -> HttpResponse:
    """Give the treasury file of a closed day."""
    city = city_of(request)
    if find_close(actor=request.actor, city_code=city, day=day) is None:
        raise NotFound
    rows = settlement_for(actor=request.actor, city_code=city, day=day)
    response = HttpResponse(treasury_file(city, day, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="treasury-{city}-{day.isoformat()}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@staff(FINANCE)
def entries(request: Request, day: date) -> HttpResponse:
    """Show each entry behind one row of the settlement."""
    city = city_of(request)
    payee, item = request.GET.get("payee", "")[:200], request.GET.get("item", "")[:200]
    after = request.GET.get("after", "")
    row = next(
        (
            each
            for each in settlement_for(actor=request.actor, city_code=city, day=day)
            if (each.payee_code, each.item_code) == (payee, item)
        ),
        None,
    )
    if row is None:
        raise NotFound
    page = list_entries(
        actor=request.actor, city_code=city, day=day, payee_code=payee, item_code=item,
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 20 else 0,
    )  # fmt: skip
    kept = {"payee": payee, "item": item, "city": city}
    context = {
        "day": day, "row": row, "page": page, "day_url": address_of(request, "day", city, day),
        "next_url": f"?{urlencode({**kept, 'after': page.next})}" if page.next else "",
    }  # fmt: skip
    return _page(request, "entries", context)


@require_safe
@staff(FINANCE)
def differences(request: Request) -> HttpResponse:
    """List what is open on all days, or (state=closed) what has ended."""
    city = city_of(request)
    is_open = request.GET.get("state") != "closed"
    base = address_of(request, "differences", city)
    joint = "&" if "?" in base else "?"
    context = {
        "rows": [
            (_shown(each, None), address_of(request, "day", city, each.day))
            for each in list_differences(actor=request.actor, city_code=city, is_open=is_open)
        ],
        "days_url": address_of(request, "days", city),
        "chips": [
            {"title": "待处理", "url": base, "current": is_open},
            {"title": "已处理", "url": f"{base}{joint}state=closed", "current": not is_open},
        ],
    }
    return _page(request, "differences", context)


@require_POST
@staff(FINANCE)
def end_difference(request: Request, difference_id: int) -> HttpResponse:
    """End a difference with what was found out."""
    city = city_of(request)
    found = next(
        (
            each
            for each in list_differences(actor=request.actor, city_code=city, is_open=None)
            if each.difference_id == difference_id
        ),
        None,
    )
    if found is None:
        raise NotFound
    form = EndForm(found, request.POST)
    if form.is_valid():
        try:
            close_difference(
                actor=request.actor, difference_id=difference_id, way=form.cleaned_data["way"],
                words=form.cleaned_data["words"], now=clock.now(),
            )  # fmt: skip
            return HttpResponseRedirect(address_of(request, "day", city, found.day))
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field, words)
    return _day(request, found.day, ends={difference_id: form}, status=422)
