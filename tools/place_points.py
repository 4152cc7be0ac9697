"""A point inside each district, taken from the polygons of a GeoJSON collection."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]


def polygons_by_code(collection: dict[str, Any]) -> dict[str, tuple[str, list[Polygon]]]:
    """Return name and polygons of each district by its six-digit code; lines and places without a code are left out."""
    districts: dict[str, tuple[str, list[Polygon]]] = {}
    for feature in collection["features"]:
        code = feature["properties"]["gb"].removeprefix("156")
        if code and feature["geometry"]["type"].endswith("Polygon"):
            _, polygons = districts.setdefault(code, (feature["properties"]["name"], []))
            polygons.extend(_polygons(feature["geometry"]))
    return districts


def find_inner_point(polygons: Iterable[Polygon]) -> Point:
    """Return (lng, lat) inside the largest polygon: its centroid, or where that is outside a point on its parallel."""
    largest = max(polygons, key=lambda polygon: abs(_signed_area(polygon[0])))
    lng, lat = _centroid(largest[0])
    spans = list(_spans_at(largest, lat))
    if any(west < lng < east for west, east in spans):
        return lng, lat
    west, east = max(spans, key=lambda span: span[1] - span[0])
    return (west + east) / 2, lat


def _polygons(geometry: dict[str, Any]) -> list[Polygon]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[[(x, y) for x, y, *_ in ring] for ring in part] for part in parts]


def _signed_area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _centroid(ring: Ring) -> Point:
    # Relative to the first corner, or the area of a small island is lost in rounding.
    x0, y0 = ring[0]
    moved = [(x - x0, y - y0) for x, y in ring]
    area = _signed_area(moved)
    lng = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(moved)) / (6 * area)
    lat = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(moved)) / (6 * area)
    return x0 + lng, y0 + lat


def _spans_at(polygon: Polygon, lat: float) -> Iterator[tuple[float, float]]:
    """Yield the stretches of a parallel that run inside the polygon, holes left out."""
    crossings = sorted(
        x1 + (lat - y1) * (x2 - x1) / (y2 - y1)
        for ring in polygon
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 > lat) != (y2 > lat)
    )
    yield from zip(crossings[::2], crossings[1::2], strict=True)
