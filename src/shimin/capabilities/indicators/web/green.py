"""The green account: one's own, its picture to share, and the totals of cities."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import published_regions
from shimin.capabilities.indicators.public import (
    GRAMS_A_TREE,
    carbon_factors,
    get_green_account,
    list_green_totals,
)
from shimin.capabilities.indicators.web.share_picture import draw_picture
from shimin.kernel import clock
from shimin.kernel.web.access import Request, public, signed_in
from shimin.ui.plots import bars


@require_safe
@signed_in()
def green(request: Request) -> HttpResponse:
    """Show the person's account, entry by entry."""
    account = get_green_account(actor=request.actor)
    context = {
        "account": account, "total": weight_words(account.grams), "trees": trees_words(account.trees),
        "factors": carbon_factors(), "kilograms_a_tree": GRAMS_A_TREE // 1000,
    }  # fmt: skip
    response = render(request, "indicators/green.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in()
def picture(request: Request) -> HttpResponse:
    """Return the sum as a picture to share; it names nobody."""
    account = get_green_account(actor=request.actor)
    data = draw_picture(
        weight_words(account.grams), trees_words(account.trees), acts=account.acts,
        is_reference=account.is_reference, day=clock.local_date(clock.now()),
    )  # fmt: skip
    response = HttpResponse(data, content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'inline; filename="green-account.png"'
    return response


@require_safe
@public()
def totals(request: Request) -> HttpResponse:
    """Show what the people of each city saved, and their provinces."""
    names = {region.code: region.short_name for region in published_regions() if region.level != "county"}
    cities = list_green_totals()
    provinces: dict[str, int] = {}
    for total in cities:
        code = f"{total.city_code[:2]}0000"
        provinces[code] = provinces.get(code, 0) + total.grams
    ordered = sorted(provinces.items(), key=lambda pair: (-pair[1], pair[0]))
    context = {
        "total": weight_words(sum(total.grams for total in cities)),
        "trees": trees_words(sum(total.grams for total in cities) / GRAMS_A_TREE),
        "people": sum(total.people for total in cities),
        "plots": [
            bars(title, [(names.get(code, code), grams) for code, grams in rows], words=weight_words,
                 label_title="地区", value_title="省下的二氧化碳")
            for title, rows in (("各省", ordered), ("各市", [(each.city_code, each.grams) for each in cities]))
        ] if cities else [],
        "kilograms_a_tree": GRAMS_A_TREE // 1000,
        "has_reference": any(not factor.verified for factor in carbon_factors()),
    }  # fmt: skip
    return render(request, "indicators/green_totals.html", context)


def weight_words(grams: float) -> str:
    """Say a weight: 262克, 1.3千克, 12.7吨."""
    if abs(grams) < 1000:
        return f"{grams:.0f}克"
    return f"{grams / 1000:,.1f}千克" if abs(grams) < 1_000_000 else f"{grams / 1_000_000:,.1f}吨"


def trees_words(trees: float) -> str:
    """Say trees; below a tenth of one, nothing."""
    if trees < 0.1:
        return ""
    return f"{trees:.1f}棵树" if trees < 100 else f"{trees:,.0f}棵树"
