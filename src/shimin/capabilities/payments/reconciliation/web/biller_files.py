"""Pages' part of billers' day files: send ours, download it."""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.ports import FileDifference
from shimin.capabilities.payments.public import FINANCE
from shimin.capabilities.payments.reconciliation.public import (
    FINDING_WORDS,
    BillerDay,
    billers_of_day,
    list_biller_days,
    own_file,
    send_own_file,
)
from shimin.capabilities.payments.reconciliation.web.cities import address_of, city_of
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.values.money import format_fen
from shimin.kernel.web.access import Request, staff

log = structlog.get_logger("shimin.payments")


def biller_rows(request: Request, city: str, day: date) -> list[dict[str, Any]]:
    """Return the billers of a day for its page."""
    return [
        {
            "row": each,
            "file_url": address_of(request, "own_file", city, day, each.slug),
            "findings": [_finding(found) for found in each.findings],
            "agrees": each.file_count is not None and _sums(each),
        }
        for each in list_biller_days(actor=request.actor, city_code=city, day=day)
    ]


def _sums(row: BillerDay) -> bool:
    return (row.file_count, row.file_fen) == (row.our_count, row.our_fen)


def _finding(found: dict[str, Any]) -> str:
    sums = [
        f"{name} {format_fen(found[key])}"
        for name, key in (("对方", "booked_fen"), ("我方", "told_fen"))
        if found[key] is not None
    ]
    return f"{found['line']}：{FINDING_WORDS[FileDifference(found['difference'])]}（{'，'.join(sums) or '没有金额'}）"


@require_POST
@staff(FINANCE, transaction=False)
def send_files(request: Request, day: date) -> HttpResponse:
    """Give every biller of the day our file; what one answers stands on the page, whoever does not answer is logged."""
    city, now = city_of(request), clock.now()
    for code in billers_of_day(actor=request.actor, city_code=city, day=day):
        try:
            send_own_file(actor=request.actor, city_code=city, code=code, day=day, now=now)
        except DomainError as error:
            log.warning("reconciliation.file_not_sent", biller=code, code=error.code)
    return HttpResponseRedirect(address_of(request, "day", city, day))


@require_safe
@staff(FINANCE)
def download_own_file(request: Request, day: date, biller: str) -> HttpResponse:
    """Give our file of a day for a biller."""
    city = city_of(request)
    content = own_file(actor=request.actor, city_code=city, code=f"biller:{biller}", day=day, now=clock.now())
    response = HttpResponse(content, content_type="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="settled-{biller}-{day.isoformat()}.txt"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
