"""Take the places of a city from a table: each line once, what is wrong told by its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.catalogue.models import KnownPlace
from shimin.capabilities.catalogue.operations.stamp import changing
from shimin.capabilities.catalogue.regions import Region, city_of, km_between, list_cities
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.errors import InvalidInput
from shimin.kernel.ids import new_id

PLACE_COLUMNS = ("name", "kind", "longitude", "latitude", "district")
_LONGEST_NAME, _LONGEST_SORT = 60, 20
_FAR_KM = 120.0  # from the middle of its district: no county of a city is as wide
_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,12})?", re.ASCII)
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]")


@dataclass(frozen=True, slots=True)
class RejectedPlace:
    """A line that was not taken, and why (Chinese, for the editor)."""

    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedPlaces:
    """What became of a table. ``same``: lines that changed nothing; ``removed``: places that the table has no more."""

    added: int
    changed: int
    same: int
    removed: int
    rejected: tuple[RejectedPlace, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    region_code: str
    name: str
    sort: str
    lng: float
    lat: float


def import_known_places(
    *,
    city_code: str,
    lines: Iterable[tuple[int, Mapping[str, str] | None]],
    now: datetime,
    is_demo: bool = False,
    removes_others: bool = False,
) -> ImportedPlaces:
    """Take lines of (number, cells by ``PLACE_COLUMNS``; None: not as many cells as the head) into a city's places.

    Idempotent: a place is its name within its district. ``removes_others``: places that stand in no line go, unless a
    line was rejected. One transaction; for commands.

    Raises:
        NotFound: no such city.
    """
    city = city_of(city_code)
    districts = _names(list_cities(city.code) or [city])
    wanted: dict[tuple[str, str], tuple[int, _Read]] = {}
    rejected = []
    for line, cells in lines:
        try:
            read = _read(cells, districts)
            key = (read.region_code, read.name)
            if key in wanted:
                raise InvalidInput(f"和第{wanted[key][0]}行是同一个地点。")
            wanted[key] = (line, read)
        except InvalidInput as wrong:
            name = (cells or {}).get("name", "").strip()[:_LONGEST_NAME]
            rejected.append(RejectedPlace(line, name, wrong.message))
    with changing(SYSTEM):
        done = _write(city.code, [read for _, read in wanted.values()], is_demo, removes_others and not rejected)
        outcome = ImportedPlaces(*done, tuple(rejected))
        audit.record(
            actor=SYSTEM, action="catalogue.known_places_imported", target="catalogue", target_id=None, now=now,
            city_code=city.code,
            details={
                "added": outcome.added, "changed": outcome.changed, "removed": outcome.removed,
                "rejected": len(rejected),
            },
        )  # fmt: skip
    return outcome


def _write(city_code: str, wanted: list[_Read], is_demo: bool, removes_others: bool) -> tuple[int, int, int, int]:
    there = {
        (row.region_code, row.name): row
        for row in KnownPlace.objects.select_for_update().filter(city_code=city_code).order_by("id")
    }
    new, changed, same = [], [], 0
    for each in wanted:
        row = there.pop((each.region_code, each.name), None)
        about = {"sort": each.sort, "lng": each.lng, "lat": each.lat, "is_demo": is_demo}
        if row is None:
            new.append(
                KnownPlace(id=new_id(), city_code=city_code, region_code=each.region_code, name=each.name, **about)
            )
        elif all(getattr(row, name) == value for name, value in about.items()):
            same += 1
        else:
            for name, value in about.items():
                setattr(row, name, value)
            changed.append(row)
    KnownPlace.objects.bulk_create(new, batch_size=1000)
    KnownPlace.objects.bulk_update(changed, ["sort", "lng", "lat", "is_demo"], batch_size=500)
    gone = [row.id for row in there.values()] if removes_others else []
    KnownPlace.objects.filter(city_code=city_code, id__in=gone).delete()
    return len(new), len(changed), same, len(gone)


def _read(cells: Mapping[str, str] | None, districts: Mapping[str, Region]) -> _Read:
    if cells is None:
        raise InvalidInput("格数和表头不一样。")
    name, sort = (_tidy(cells[column]) for column in ("name", "kind"))
    if not any(unicodedata.category(character)[0] in "LN" for character in name) or len(name) > _LONGEST_NAME:
        raise InvalidInput(f"name 写1到{_LONGEST_NAME}字的地名。")
    if not sort or len(sort) > _LONGEST_SORT:
        raise InvalidInput(f"kind 写1到{_LONGEST_SORT}字，例如公园、路口、公交站。")
    district = districts.get(_tidy(cells["district"]))
    if district is None:
        raise InvalidInput("district 不是本市的区县（写名称或6位代码）。")
    lng, lat = (_degrees(cells[column], column) for column in ("longitude", "latitude"))
    if abs(lat) > 90 or abs(lng) > 180:
        raise InvalidInput("longitude 是经度（-180到180），latitude 是纬度（-90到90），用WGS-84。")
    if district.lng is not None and district.lat is not None:
        km = km_between(lng, lat, district.lng, district.lat)
        if km > _FAR_KM:
            raise InvalidInput(f"离{district.name}中心约{round(km)}公里，位置或区县不对。")
    return _Read(district.code, name, sort, lng, lat)


def _names(districts: Iterable[Region]) -> dict[str, Region]:
    """Return districts by code, name and short name; a short name that two share is nobody's."""
    found: dict[str, Region] = {}
    listed = list(districts)
    shorts = [each.short_name for each in listed]
    for each in listed:
        found[each.code] = found[each.name] = each
    for each in listed:
        if shorts.count(each.short_name) == 1:
            found.setdefault(each.short_name, each)
    return found


def _degrees(text: str, column: str) -> float:
    text = text.strip()
    if not _DEGREES.fullmatch(text):
        raise InvalidInput(f"{column} 要写成 112.938 这样的度数。")
    return float(text)


def _tidy(text: str) -> str:
    return " ".join(_UNSHOWN.sub("", unicodedata.normalize("NFC", text)).split())
