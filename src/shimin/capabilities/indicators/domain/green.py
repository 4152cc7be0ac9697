"""What a finished online act saves, by factors that are dated and cited. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parents[1] / "data" / "carbon_factors.yaml"
# 573,000 t a year "like 5.73 million trees", as the report of 2015 says: its own ratio, a hundred kilograms a tree.
GRAMS_A_TREE = 100_000


class Reason(StrEnum):
    """Why an entry has the grams it has."""

    COUNTED = "counted"
    CAPPED = "capped"
    NO_FACTOR = "no_factor"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class CarbonFactor:
    """Grams of CO2 an act saves from a day on, for up to ``most_a_day`` acts; ``verified`` names who checked it."""

    key: str
    act: str
    purposes: tuple[str, ...]
    title: str
    grams: int
    most_a_day: int
    used_from: date
    method: str
    source: str
    verified: str


@lru_cache(maxsize=1)
def carbon_factors() -> tuple[CarbonFactor, ...]:
    """Return the factors of data/carbon_factors.yaml."""
    document = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(CarbonFactor(**{**each, "purposes": tuple(each["purposes"])}) for each in document["factors"])


def find_factor(
    factors: Sequence[CarbonFactor], *, act: str, purpose: str, day: date, with_reference: bool
) -> CarbonFactor | None:
    """Return the newest factor for an act on a day; those that nobody verified only ``with_reference``."""
    fitting = [
        factor
        for factor in factors
        if factor.act == act
        and purpose in factor.purposes
        and factor.used_from <= day
        and (factor.verified or with_reference)
    ]
    return max(fitting, key=lambda factor: factor.used_from, default=None)
