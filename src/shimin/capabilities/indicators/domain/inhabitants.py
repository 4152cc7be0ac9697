"""How many people live where, by a census: what use is measured against. Regions without a row are not measured."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "data" / "inhabitants.csv"


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """People counted on a day, and who says so."""

    people: int
    counted_on: date
    source: str

    def per_ten_thousand(self, times: int) -> float:
        """Return how often that is for every ten thousand people."""
        return times * 10_000 / self.people


@lru_cache(maxsize=1)
def inhabitants() -> Mapping[str, Inhabitants]:
    """Return data/inhabitants.csv by region code."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Inhabitants(int(row["inhabitants"]), date.fromisoformat(row["counted_on"]), row["source"])
            for row in csv.DictReader(file)
        }
