"""Addresses of the pages that compose several capabilities."""

from __future__ import annotations

import re

from django.urls import path, re_path

from shimin.kernel.web.hot_reads import HotRead
from shimin.portal.views import desk, home, me, pages, search

app_name = "portal"

_HOME = r"c/(?P<region_code>[0-9]{6})/"
_CITY = r"^c/(?P<region_code>[0-9]{6})"
_SIDE = r"(?P<audience>natural|legal)"

urlpatterns = [
    re_path(rf"^{_HOME}$", home.city_home, name="city_home"),
    re_path(rf"{_CITY}/search$", search.search, name="search"),
    re_path(rf"{_CITY}/for/{_SIDE}$", home.door, name="door"),
    re_path(rf"{_CITY}/life/{_SIDE}/(?P<slug>[a-z-]+)$", home.life_event, name="life_event"),
    path("me/", me.me, name="me"),
    path("desk/", desk.desk, name="desk"),
    path("preferences/type", pages.type_size, name="type_size"),
    path("about", pages.about, name="about"),
    path("accessibility", pages.accessibility, name="accessibility"),
    path("privacy", pages.privacy, name="privacy"),
    path("site-map", pages.site_map, name="site_map"),
    path("robots.txt", pages.robots, name="robots"),
]

# A visitor's home page may be answered before Django.
hot_reads = [HotRead(f"^{_HOME}$", re.compile(f"/{_HOME}"), home.answer_home)]
