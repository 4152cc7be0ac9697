"""A small map of a city: districts as points with names, and one place. To see where it is, not to navigate by."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shimin.capabilities.catalogue.public import list_cities

WIDTH, HIGHEST, EDGE = 320, 260, 28


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its name, in the map's own units."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """What the template draws. ``nearest``: the district whose middle is the closest, and how far, in words."""

    width: int
    height: int
    districts: tuple[Mark, ...]
    place: Mark
    nearest: str


def place_map(city_code: str, lng: float | None, lat: float | None) -> PlaceMap | None:
    """Return the map of a place in a city, None without a point or without districts to draw it among."""
    found = [
        (each.lng, each.lat, each.short_name or each.name)
        for each in list_cities(city_code)
        if each.lng is not None and each.lat is not None
    ]
    if lng is None or lat is None or len(found) < 2:
        return None
    squeeze = math.cos(math.radians(lat))
    points = [(east * squeeze, -north) for east, north, _ in found] + [(lng * squeeze, -lat)]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    across = max(max(x for x, _ in points) - left, 1e-6)
    down = max(max(y for _, y in points) - top, 1e-6)
    scale = min((WIDTH - 2 * EDGE) / across, (HIGHEST - 2 * EDGE) / down)
    places = [(round(EDGE + (x - left) * scale, 1), round(EDGE + (y - top) * scale, 1)) for x, y in points]
    marks = tuple(Mark(x, y, name) for (x, y), (_, _, name) in zip(places, found, strict=False))
    away = [(math.hypot((east - lng) * squeeze, north - lat) * 111.2, name) for east, north, name in found]
    kilometres, name = min(away)
    return PlaceMap(
        WIDTH, round(down * scale) + 2 * EDGE, marks, Mark(*places[-1], "商家"), f"离{name}中心约 {kilometres:.1f} 公里"
    )
