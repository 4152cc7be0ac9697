"""All regions in memory: three thousand rows that change once a year, searched by name, pinyin and nearness."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import connection

from shimin.capabilities.catalogue.cache import Versioned
from shimin.capabilities.catalogue.codes import COUNTRY
from shimin.capabilities.catalogue.models import Region as RegionRow
from shimin.kernel.errors import NotFound

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative division. ``level`` is country, province, city or county; the point is WGS-84 or absent."""

    code: str
    name: str
    short_name: str
    level: str
    parent_code: str
    pinyin: str
    initials: str
    lng: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Atlas:
    """The regions by code, in code order, and the children of each."""

    by_code: dict[str, Region]
    children: dict[str, tuple[Region, ...]]


def _load() -> Atlas:
    columns = ("code", "name", "short_name", "level", "parent_code", "pinyin", "initials", "lng", "lat")
    regions = [Region(*row) for row in RegionRow.objects.order_by("code").values_list(*columns)]
    children: dict[str, list[Region]] = {}
    for region in regions:
        children.setdefault(region.parent_code, []).append(region)
    return Atlas({region.code: region for region in regions}, {key: tuple(value) for key, value in children.items()})


_atlas: Versioned[Atlas] = Versioned(_load)


def get_region(code: str) -> Region:
    """Return a region by its 6-digit code.

    Raises:
        NotFound: no region has it.
    """
    region = _atlas.value().by_code.get(code)
    if region is None:
        raise NotFound("没有这个地区。", mend="请重新选择城市。")
    return region


def has_region(code: str) -> bool:
    """Tell whether a code is on the list."""
    return code in _atlas.value().by_code


def list_cities(parent: str | None = None) -> list[Region]:
    """Return the provinces (no parent), or the divisions directly below ``parent``, in code order."""
    if parent is None:
        return [region for region in _atlas.value().by_code.values() if region.level == "province"]
    return list(_atlas.value().children.get(parent, ()))


def all_cities() -> list[Region]:
    """Return every city in pinyin order, counties that are governed by their province (济源) among them."""
    atlas = _atlas.value()
    return sorted(filter(partial(_is_city, atlas), atlas.by_code.values()), key=lambda r: (r.pinyin, r.code))


def city_of(code: str) -> Region:
    """Return the city a region belongs to: itself, or for a county the city above it.

    A county that is governed by its province directly (济源) stands for a city.

    Raises:
        NotFound: the code is a province, the country, or unknown.
    """
    atlas, region = _atlas.value(), get_region(code)
    if region.level == "county" and not _is_city(atlas, region):
        region = get_region(region.parent_code)
    if not _is_city(atlas, region):
        raise NotFound("这不是一个城市。", mend="请选择具体的城市。")
    return region


def _is_city(atlas: Atlas, region: Region) -> bool:
    if region.level == "county":
        parent = atlas.by_code.get(region.parent_code)
        return parent is None or parent.level != "city"
    return region.level == "city"


def _load_served() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT region_code FROM catalogue_service_item ORDER BY region_code")
        return tuple(row[0] for row in cursor.fetchall())


_served: Versioned[tuple[str, ...]] = Versioned(_load_served)


def served_regions() -> list[Region]:
    """Return the regions below the country that have published items of their own."""
    return [get_region(code) for code in _served.value() if code != COUNTRY]


def chain_of(code: str) -> list[str]:
    """Return the region's code and those above it up to the country: whose items it shows, nearest first."""
    chain, region = [code], get_region(code)
    while region.parent_code and region.parent_code in _atlas.value().by_code:
        region = get_region(region.parent_code)
        chain.append(region.code)
    return chain if chain[-1] == COUNTRY else [*chain, COUNTRY]


def find_regions(text: str, limit: int = 20) -> list[Region]:
    """Return cities, counties and provinces whose name, pinyin or initials match, the best first."""
    wanted = unicodedata.normalize("NFKC", text).strip().lower().replace(" ", "").replace("'", "")[:40]
    if not wanted:
        return []
    scored = ((_score(region, wanted), region) for region in _atlas.value().by_code.values())
    found = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].code))
    return [region for _, region in found[:limit]]


_LEVEL_BONUS = {"city": 3, "province": 1, "county": 0, "country": -100}


def _score(region: Region, wanted: str) -> int:
    if wanted == region.code:
        return 100
    if wanted in (region.name, region.short_name):
        score = 90
    elif wanted == region.pinyin.replace(" ", ""):
        score = 80
    elif wanted == region.initials:
        score = 60
    elif region.name.startswith(wanted):
        score = 70
    elif region.pinyin.replace(" ", "").startswith(wanted) and len(wanted) > 1:
        score = 50
    elif wanted in region.name:
        score = 40
    else:
        return 0
    return score + _LEVEL_BONUS.get(region.level, 0)


def nearest_city(lng: float, lat: float) -> Region | None:
    """Return the city whose point is nearest; None when no city has a point.

    Points of counties stand for their city too, so that a border is drawn better than by city centres alone.
    """
    best = _nearest((r for r in _atlas.value().by_code.values() if r.level in ("city", "county")), lng, lat)
    return city_of(best.code) if best is not None else None


def nearest_district(lng: float, lat: float, *, city_code: str = "") -> tuple[Region, float] | None:
    """Return the city or county whose point is nearest, of all or of one city, and how far it is in km.

    None when none has a point. A point stands for a whole county, so near a border it may be the neighbour's.
    """
    regions = (
        region
        for region in _atlas.value().by_code.values()
        if region.level in ("city", "county") and (not city_code or city_of(region.code).code == city_code)
    )
    best = _nearest(regions, lng, lat)
    return None if best is None else (best, _distance_km(best, lng, lat))


def _nearest(regions: Iterable[Region], lng: float, lat: float) -> Region | None:
    placed = [region for region in regions if region.lng is not None and region.lat is not None]
    return min(placed, key=lambda region: _distance_km(region, lng, lat), default=None)


def km_between(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """Return the great-circle distance of two points in km (haversine)."""
    lng_1, lat_1, lng_2, lat_2 = map(math.radians, (lng, lat, other_lng, other_lat))
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lng_2 - lng_1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def _distance_km(region: Region, lng: float, lat: float) -> float:
    return km_between(region.lng or 0.0, region.lat or 0.0, lng, lat)
