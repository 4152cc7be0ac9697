"""Places of a city that people know by name, near a position or in a district. Read in the caller's scope."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from shimin.capabilities.catalogue.cache import Versioned
from shimin.capabilities.catalogue.models import KnownPlace as PlaceRow
from shimin.kernel.errors import NotFound

MOST_NEARBY, MOST_LISTED = 12, 200
_REACHES_KM = (2.0, 10.0, 40.0)  # a city's middle has a dozen within the first, its villages within the last
_KM_PER_DEGREE = 111.2
_COLUMNS = "id, city_code, region_code, name, sort, lng, lat, is_demo"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place with its point (WGS-84). ``sort``: a word such as 公园. ``metres``: how far from where was asked."""

    place_id: int
    city_code: str
    region_code: str
    name: str
    sort: str
    lng: float
    lat: float
    is_demo: bool
    metres: int | None = None


def _load_cities() -> frozenset[str]:
    return frozenset(PlaceRow.objects.values_list("city_code", flat=True).distinct())


_cities: Versioned[frozenset[str]] = Versioned(_load_cities)


def has_known_places(city_code: str) -> bool:
    """Tell whether a city has any; kept until the catalogue changes."""
    return city_code in _cities.value()


def list_nearby_places(*, city_code: str, lng: float, lat: float, limit: int = MOST_NEARBY) -> tuple[KnownPlace, ...]:
    """Return the places of a city nearest to a position, the nearest first; none farther than forty kilometres.

    One to three statements: it looks farther only when there is too little near by.
    """
    found: list[KnownPlace] = []
    for reach in _REACHES_KM:
        found = _within(city_code, lng, lat, reach, limit)
        if len(found) == limit:
            break
    return tuple(found)


def list_known_places(*, city_code: str, region_code: str = "", name: str = "") -> tuple[KnownPlace, ...]:
    """Return the places of a city by sort and name, at most two hundred; of a district, or with a text in the name."""
    rows = PlaceRow.objects.filter(city_code=city_code)
    if region_code:
        rows = rows.filter(region_code=region_code)
    if name:
        rows = rows.filter(name__icontains=name)
    return tuple(_place(row) for row in rows.order_by("sort", "name", "id")[:MOST_LISTED])


def each_known_place(city_code: str) -> Iterator[KnownPlace]:
    """Yield every place of a city, by district, sort and name."""
    for row in PlaceRow.objects.filter(city_code=city_code).order_by("region_code", "sort", "name").iterator():
        yield _place(row)


def get_known_place(*, city_code: str, place_id: int) -> KnownPlace:
    """Return a place of a city.

    Raises:
        NotFound: the city has none of this id.
    """
    row = PlaceRow.objects.filter(city_code=city_code, id=place_id).first()
    if row is None:
        raise NotFound("没有找到这个地点。", mend="请重新选择，或者直接写地址。")
    return _place(row)


def _within(city_code: str, lng: float, lat: float, reach: float, limit: int) -> list[KnownPlace]:
    """Return places within ``reach`` km. The index gives the band of latitudes; within a city the earth is flat."""
    high, squeeze = reach / _KM_PER_DEGREE, max(math.cos(math.radians(lat)), 0.01)
    away = "sqrt(((lng - %s) * %s) ^ 2 + (lat - %s) ^ 2) * %s"
    values = [lng, squeeze, lat, _KM_PER_DEGREE * 1000]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS}, round(metres)::integer FROM (SELECT *, {away} AS metres FROM catalogue_known_place"  # noqa: S608
            " WHERE city_code = %s AND lat BETWEEN %s AND %s AND lng BETWEEN %s AND %s) near"
            " WHERE metres <= %s ORDER BY metres, id LIMIT %s",
            [
                *values, city_code, lat - high, lat + high, lng - high / squeeze, lng + high / squeeze, reach * 1000,
                limit,
            ],
        )  # fmt: skip
        return [KnownPlace(*row) for row in cursor.fetchall()]


def _place(row: PlaceRow) -> KnownPlace:
    return KnownPlace(row.id, row.city_code, row.region_code, row.name, row.sort, row.lng, row.lat, row.is_demo)
