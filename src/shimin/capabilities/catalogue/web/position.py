"""Where a counter lies, without a map service: a small drawing among the centres of the city's districts."""

from __future__ import annotations

import math

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shimin.capabilities.catalogue.public import Region, city_of, list_cities
from shimin.kernel.errors import NotFound

WIDTH, HEIGHT, MARGIN = 320, 180, 28
_KM_PER_DEGREE = 111.32
NEAR_KM = 60.0


def position_svg(region: Region, lng: float, lat: float, name: str) -> SafeString:
    """Draw the districts as named dots and the place as a pin. The address beside it says the same in words."""
    districts = [near for near in _districts(region) if _km(near, lng, lat) <= NEAR_KM]
    if len(districts) < 2:
        return SafeString("")
    points = [(near.lng or 0.0, near.lat or 0.0) for near in districts] + [(lng, lat)]
    place = _Projection(points)
    x, y = place(lng, lat)
    dots = format_html_join(
        "",
        '<circle cx="{0}" cy="{1}" r="3"/><text x="{0}" y="{2}" text-anchor="middle">{3}</text>',
        (_dot(district, place) for district in districts),
    )
    return format_html(
        '<svg class="position" viewBox="0 0 {} {}" role="img" aria-label="{}的大致位置">{}'
        '<path class="position-pin" d="M{} {}c-9-12-9-22 0-22s9 10 0 22z"/></svg>',
        WIDTH, HEIGHT, name, dots, round(x, 1), round(y, 1),
    )  # fmt: skip


def _dot(district: Region, place: _Projection) -> tuple[float, float, float, str]:
    x, y = place(district.lng or 0.0, district.lat or 0.0)
    return round(x, 1), round(y, 1), round(y - 8, 1), district.short_name


class _Projection:
    """Longitude and latitude to the drawing, north up, one scale for both directions."""

    def __init__(self, points: list[tuple[float, float]]) -> None:
        self._west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, self._north = min(p[1] for p in points), max(p[1] for p in points)
        self._squeeze = math.cos(math.radians((south + self._north) / 2))
        wide, high = max((east - self._west) * self._squeeze, 1e-6), max(self._north - south, 1e-6)
        self._scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self._left = (WIDTH - wide * self._scale) / 2
        self._top = (HEIGHT - high * self._scale) / 2 + 6

    def __call__(self, lng: float, lat: float) -> tuple[float, float]:
        x = self._left + (lng - self._west) * self._squeeze * self._scale
        return x, self._top + (self._north - lat) * self._scale


def _districts(region: Region) -> list[Region]:
    try:
        city = city_of(region.code)
    except NotFound:
        return []
    return [child for child in list_cities(city.code) if child.lng is not None and child.lat is not None]


def _km(region: Region, lng: float, lat: float) -> float:
    """Return the distance on a flat map, good enough within a city."""
    east = (lng - (region.lng or 0.0)) * math.cos(math.radians(lat))
    return _KM_PER_DEGREE * math.hypot(east, lat - (region.lat or 0.0))
