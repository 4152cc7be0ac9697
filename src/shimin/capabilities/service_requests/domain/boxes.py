"""A box of the map, in degrees of WGS 84."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shimin.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Box:
    """From west to east and south to north, edges included. It never crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


def read_box(text: str, field: str = "box") -> Box:
    """Return a box from "west,south,east,north".

    Raises:
        InvalidInput: that is no box on the earth.
    """
    try:
        west, south, east, north = map(float, text[:200].split(","))
    except ValueError:
        raise InvalidInput(fields={field: "范围写成 西,南,东,北 四个度数，例如 112.9,28.2,112.93,28.23。"}) from None
    on_earth = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    if not on_earth or any(map(math.isnan, (west, south, east, north))):
        raise InvalidInput(fields={field: "范围要在地球上，西不大于东，南不大于北。"})
    return Box(west, south, east, north)
