"""Where a position lies against the city that it is told to: here, in another city, or nowhere near any.

By the points of districts (catalogue), not by borders: near one the city gets the benefit of the doubt, and a spot in
the sea off the city's own coast counts as the city. So it is said, and never refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from shimin.capabilities.catalogue.public import city_of, nearest_district
from shimin.capabilities.service_requests.ports import Place

_NOWHERE_KM = 200.0  # farther from every county's point: at sea, abroad, or a phone that does not know
_WIDE_KM = 400.0  # counties of the west are as wide as provinces elsewhere
_BORDER_SHARE, _BORDER_KM = 1.5, 10.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A position that is not in the city. ``city_code`` is where it seems to be, "" when near no city; ``km``: how far
    from the nearest district of the city it was told to, or without a city from the nearest of all.
    """

    city_code: str
    city: str
    km: int


def elsewhere(place: Place, city_code: str) -> Elsewhere | None:
    """Return where a position lies when it is not in the city; None when it is, or there is none."""
    if place.lng is None or place.lat is None:
        return None
    nearest = nearest_district(place.lng, place.lat)
    if nearest is None:
        return None
    region, km = nearest
    found = city_of(region.code)
    if found.code == city_code:
        return Elsewhere("", "", round(km)) if km > _WIDE_KM else None
    if km > _NOWHERE_KM:
        return Elsewhere("", "", round(km))
    own = nearest_district(place.lng, place.lat, city_code=city_code)
    if own is None or own[1] <= _BORDER_SHARE * km + _BORDER_KM:
        return None
    return Elsewhere(found.code, found.short_name, round(own[1]))
