"""A city's home, its doors for persons and firms, and its life events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import TABS, ItemCard, Region, get_region, list_items, list_themes, most_used
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public
from shimin.kernel.web.hot_reads import HotAnswer
from shimin.portal.cities import city_cookie, remember_city
from shimin.portal.life_events import LIVES, Audience, find_life_event
from shimin.portal.page_cache import PageCache
from shimin.ui.bands import bands_for
from shimin.ui.cards import Card, cards_for
from shimin.ui.frame import CITY_COOKIE, LARGE, TYPE_COOKIE

DOORS: dict[Audience, str] = {"natural": "个人办事", "legal": "企业办事"}
# What people type most, offered under an empty search box.
SUGGESTIONS = ("查罚单", "身份证丢了", "公积金", "异地看病")
# Rows under a tab before the rest is folded.
ITEMS_FIRST = 8

_FOR_ONE_PERSON = "private, no-cache"

_homes = PageCache(seconds=5, entries=512)


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab as the component wants it."""

    title: str
    url: str
    current: bool


@require_safe
@public(transaction=False)
def city_home(request: Request, region_code: str) -> HttpResponse:
    """Show what a city offers, and what waits for the person who is signed in.

    A visitor without a session gets the page as it was made for the visitor before, at most five seconds ago.
    """
    tab = _tab_of(request.GET.get("tab"))
    if request.actor.is_signed_in:
        with scope(request.actor):
            body = _render_home(request, region_code, tab)
    else:
        key = (region_code, tab, request.COOKIES.get(TYPE_COOKIE) == LARGE)
        body = _homes.get(key, lambda: _render_home(request, region_code, tab))
    response = HttpResponse(body)
    response.headers["Cache-Control"] = _FOR_ONE_PERSON
    remember_city(request, response, region_code)
    return response


def answer_home(environ: Mapping[str, Any], region_code: str) -> HotAnswer | None:
    """Return the page of a visitor, when this process has kept it; what the view would answer, before Django."""
    cookies = environ.get("HTTP_COOKIE", "")
    body = None if TYPE_COOKIE in cookies else _homes.peek((region_code, _tab_of(None), False))
    if body is None:
        return None
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", _FOR_ONE_PERSON)]
    if f"{CITY_COOKIE}={region_code}" not in cookies:
        headers.append(("Set-Cookie", city_cookie(region_code)))
    return HotAnswer(200, headers, body)


@require_safe
@public(transaction=False)
def door(request: Request, region_code: str, audience: Audience) -> HttpResponse:
    """Show everything for one side: persons or firms, by life event and by theme."""
    region = get_region(region_code)
    body = render_to_string(
        "portal/door.html",
        {
            "region": region,
            "title": DOORS[audience],
            "audience": audience,
            "life_events": LIVES[audience],
            "themes": list_themes(audience),
            "items": list_items(region_code, audience=audience, limit=100),
        },
        request,
    )
    return HttpResponse(body)


@require_safe
@public(transaction=False)
def life_event(request: Request, region_code: str, audience: Audience, slug: str) -> HttpResponse:
    """Show the services around one life event.

    Raises:
        NotFound: there is no such event.
    """
    event = find_life_event(audience, slug)
    if event is None:
        raise NotFound
    region = get_region(region_code)
    context = {
        "region": region,
        "title": DOORS[audience],
        "audience": audience,
        "event": event,
        "life_events": LIVES[audience],
        "items": _items_of(region, audience, event.themes),
    }
    return HttpResponse(render_to_string("portal/life_event.html", context, request))


def _render_home(request: Request, region_code: str, tab: str) -> bytes:
    region = get_region(region_code)
    home_url = reverse("portal:city_home", args=[region_code])
    items = list_items(region_code, tab=tab, limit=100)
    context: dict[str, Any] = {
        "tab": "home",
        "region": region,
        "bands": bands_for(region_code, clock.now()),
        "suggestions": SUGGESTIONS,
        "most_used": most_used(region_code, limit=8),
        "tabs": [TabLink(title, f"{home_url}?tab={key}#tabs", key == tab) for key, title in TABS.items()],
        "tab_title": TABS[tab],
        "first_items": items[:ITEMS_FIRST],
        "more_items": items[ITEMS_FIRST:],
        "doors": [(audience, title, LIVES[audience]) for audience, title in DOORS.items()],
        "cards": _cards(request.actor),
    }
    return render_to_string("portal/city_home.html", context, request).encode()


def _tab_of(text: str | None) -> str:
    """Return the tab of an address; an unknown one is the first."""
    return text if text is not None and text in TABS else next(iter(TABS))


def _cards(actor: Actor) -> list[Card]:
    return cards_for(actor, clock.now()) if actor.is_signed_in else []


def _items_of(region: Region, audience: Audience, themes: tuple[str, ...]) -> list[ItemCard]:
    """Return the items of several themes, each once, in the order of the themes."""
    found: dict[int, ItemCard] = {}
    for theme in themes:
        for item in list_items(region.code, theme=theme, audience=audience):
            found.setdefault(item.item_id, item)
    return list(found.values())
