"""The items of one national theme."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue import public as catalogue
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public

PAGE = 50


@require_safe
@public(transaction=False)
def theme(request: Request, region_code: str, audience: str, theme_code: str) -> HttpResponse:
    """Show a theme's items, page by page.

    Raises:
        NotFound: there is no such region or theme.
    """
    region = catalogue.get_region(region_code)
    name = codes.THEMES[audience].get(theme_code)
    if name is None:
        raise NotFound("没有这个主题。")
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    items = catalogue.list_items(region_code, theme=theme_code, audience=audience, after=start, limit=PAGE + 1)
    context = {
        "region": region, "audience": audience, "audience_name": codes.AUDIENCES[audience], "theme_name": name,
        "items": items[:PAGE], "next_url": f"?after={items[PAGE - 1].item_id}" if len(items) > PAGE else "",
        "themes": catalogue.list_themes(audience), "theme_code": theme_code,
    }  # fmt: skip
    return render(request, "catalogue/theme.html", context)
