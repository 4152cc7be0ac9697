"""Whose days an officer works on."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from shimin.capabilities.payments.public import FINANCE
from shimin.kernel.actor import Actor
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.web.access import Request


class CityFinanceOnly(Forbidden):
    """Days are closed for a whole city; an officer of one agency sees that agency's refunds."""

    code = "city_finance_only"
    message = "对账和日结由市财政的财务人员办理。"
    mend = "您的岗位只管本部门的退款。"


def city_of(request: Request) -> str:
    """Return the city whose days are shown: the officer's own, or the one of several that the address names."""
    codes = cities_of(request.actor)
    if not codes:
        raise CityFinanceOnly
    wanted = (request.POST if request.method == "POST" else request.GET).get("city", "")
    if wanted and wanted not in codes:
        raise NotFound
    return wanted or codes[0]


def cities_of(actor: Actor) -> list[str]:
    """Return the cities whose finance an officer is."""
    if any(grant.agency_id is not None for grant in actor.grants):
        return []
    return sorted({grant.region_code for grant in actor.grants if grant.role == FINANCE and grant.region_code})


def address_of(request: Request, name: str, city: str, *args: object) -> str:
    """Return a page's address, with the city where the officer has several."""
    address = reverse(f"reconciliation:{name}", args=args)
    return f"{address}?{urlencode({'city': city})}" if len(cities_of(request.actor)) > 1 else address
