"""The lights of requests, as data: ``data/lights.csv`` has a row for each place, kind and time of validity.

The most particular row wins, as with deadlines. Source: domain.md §1.6 (咨询/投诉); offsets are a city's to change.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from shimin.capabilities.service_requests.domain.deadlines import COUNTRY, EMERGENCY
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.kernel.calendar.deadlines import Unit
from shimin.kernel.calendar.lights import LightRule
from shimin.kernel.clock import local_date

FILE = Path(__file__).parents[1] / "data" / "lights.csv"


@dataclass(frozen=True, slots=True)
class DatedRule:
    """One row of the file."""

    region_code: str
    kind: str
    rule: LightRule
    valid_from: date
    valid_to: date | None

    def holds(self, city_code: str, kind: str, day: date) -> bool:
        is_here = self.region_code in (city_code, COUNTRY) and self.kind == kind
        return is_here and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def light_rule_for(*, city_code: str, kind: RequestKind, is_emergency: bool, filed_at: datetime) -> LightRule:
    """Return the rule for a request filed in a city at ``filed_at``."""
    return _rule_for(city_code, EMERGENCY if is_emergency else str(kind), local_date(filed_at))


@cache
def all_rules() -> tuple[DatedRule, ...]:
    """Return the rows of the file.

    Raises:
        ValueError: a row is malformed (the file ships with the program; a test reads it).
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_read(row) for row in csv.DictReader(file))


@lru_cache(maxsize=4_096)
def _rule_for(city_code: str, kind: str, day: date) -> LightRule:
    fitting = [each for each in all_rules() if each.holds(city_code, kind, day)]
    return max(fitting, key=lambda each: (each.region_code == city_code, each.valid_from)).rule


def _read(row: dict[str, str]) -> DatedRule:
    rule = LightRule(Unit(row["unit"]), int(row["warn_before"]), int(row["yellow_after"]), int(row["red_after"]))
    ends = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return DatedRule(row["region_code"], row["kind"], rule, date.fromisoformat(row["valid_from"]), ends)
