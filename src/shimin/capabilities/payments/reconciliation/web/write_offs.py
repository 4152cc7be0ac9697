"""The desk's page of write-offs: propose one, agree to another's."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.public import FINANCE, SameTwoEyes
from shimin.capabilities.payments.reconciliation.public import (
    DifferenceChanged,
    DifferenceClosed,
    NotToWriteOff,
    WriteOffDecided,
    WriteOffProposed,
    decide_write_off,
    list_write_offs,
    propose_write_off,
)
from shimin.capabilities.payments.reconciliation.web.cities import address_of, city_of
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, staff

_STAGES = {"proposed": ("amber", "待复核"), "agreed": ("green", "已核销"), "declined": ("grey", "未同意")}


@require_safe
@staff(FINANCE)
def write_offs(request: Request) -> HttpResponse:
    """List write-offs that wait for a second officer, or (state=decided) the others."""
    return _page(request)


def _page(request: Request, fault: str = "", status: int = 200) -> HttpResponse:
    city, waiting = city_of(request), request.GET.get("state") != "decided"
    base = address_of(request, "write_offs", city)
    joint = "&" if "?" in base else "?"
    context: dict[str, Any] = {
        "queue": "reconciliation.days", "fault": fault, "waiting": waiting,
        "rows": [
            (each, *_STAGES[each.stage], address_of(request, "day", city, each.day),
             address_of(request, "decide_write_off", city, each.write_off_id))
            for each in list_write_offs(actor=request.actor, city_code=city, waiting=waiting)
        ],
        "days_url": address_of(request, "days", city),
        "chips": [
            {"title": "待复核", "url": base, "current": waiting},
            {"title": "已处理", "url": f"{base}{joint}state=decided", "current": not waiting},
        ],
    }  # fmt: skip
    response = render(request, "reconciliation/write_offs.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@staff(FINANCE)
def propose(request: Request, difference_id: int) -> HttpResponse:
    """Propose to write a difference off."""
    city = city_of(request)
    try:
        propose_write_off(
            actor=request.actor,
            difference_id=difference_id,
            words=request.POST.get("words", "")[:2000],
            now=clock.now(),
        )
    except InvalidInput as wrong:
        return _page(request, "".join(wrong.fields.values()), status=422)
    except (DifferenceClosed, NotToWriteOff, WriteOffProposed) as refused:
        return _page(request, f"{refused.message}{refused.mend}", status=409)
    return HttpResponseRedirect(address_of(request, "write_offs", city))


@require_POST
@staff(FINANCE)
def decide(request: Request, write_off_id: int) -> HttpResponse:
    """Agree to a write-off or decline it."""
    city, answer = city_of(request), request.POST.get("agree")
    if answer not in ("0", "1"):
        raise InvalidInput(fields={"agree": "请选择同意或不同意。"})
    try:
        decide_write_off(actor=request.actor, write_off_id=write_off_id, agree=answer == "1", now=clock.now())
    except (DifferenceChanged, DifferenceClosed, WriteOffDecided) as refused:
        return _page(request, f"{refused.message}{refused.mend}", status=409)
    except SameTwoEyes as refused:
        return _page(request, f"{refused.message}{refused.mend}", status=403)
    return HttpResponseRedirect(address_of(request, "write_offs", city))
