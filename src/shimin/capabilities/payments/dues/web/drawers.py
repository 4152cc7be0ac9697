"""Finance sees the drawers of all tellers of a day."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.identity.public import staff_names
from shimin.capabilities.payments.dues.public import list_drawers
from shimin.capabilities.payments.public import FINANCE
from shimin.kernel import clock
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.web.access import Request, staff

QUEUE = "dues.drawers"


class DrawersCityFinanceOnly(Forbidden):
    """Tellers take cash for all agencies of a city."""

    code = "drawers_city_finance_only"
    message = "柜台现金由市财政的财务人员查看。"
    mend = "您的岗位只管本部门的款项。"


@require_safe
@staff(FINANCE, transaction=False)
def drawers(request: Request) -> HttpResponse:
    """Show the drawers of a day: open or counted, expected, counted, difference."""
    cities = sorted({each.region_code for each in request.actor.grants if each.role == FINANCE and each.region_code})
    if not cities or any(grant.agency_id is not None for grant in request.actor.grants):
        raise DrawersCityFinanceOnly
    city = request.GET.get("city", "") or cities[0]
    today = clock.local_date(clock.now())
    try:
        day = date.fromisoformat(request.GET.get("day", "") or today.isoformat())
    except ValueError:
        raise NotFound from None
    if city not in cities or day > today or day.year < 2000:
        raise NotFound
    rows = list_drawers(actor=request.actor, city_code=city, day=day)
    names = staff_names([row.teller_id for row in rows if row.teller_id is not None])
    context = {
        "queue": QUEUE, "day": day, "rows": [(row, names.get(row.teller_id or 0, row.drawer)) for row in rows],
        "open": sum(row.closed_at is None for row in rows), "wrong": sum(row.difference_fen != 0 for row in rows),
        "counted_fen": sum(row.counted_fen or 0 for row in rows), "now_fen": sum(row.now_fen for row in rows),
        "before_url": _address(city, day - timedelta(days=1)),
        "after_url": _address(city, day + timedelta(days=1)) if day < today else "",
    }  # fmt: skip
    response = render(request, "dues/desk/drawers.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address(city: str, day: date) -> str:
    return f"{reverse('dues:drawers')}?{urlencode({'city': city, 'day': day.isoformat()})}"
