"""How long a city takes, as data: ``data/deadlines.csv`` has a row for each place, kind and time of validity.

The most particular row wins: the city's own before the country's, the latest ``valid_from`` that has begun.

Source: domain.md §3 (SLA presets); values unverified there are the country's rows here, for a city to change.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.kernel.calendar.deadlines import Deadline, Unit
from shimin.kernel.clock import local_date

FILE = Path(__file__).parents[1] / "data" / "deadlines.csv"
COUNTRY = "100000"
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Term:
    """One row: the deadline of an answer, and by how much (in its unit) it may be extended once approved."""

    region_code: str
    kind: str
    deadline: Deadline
    most_extension: int
    valid_from: date
    valid_to: date | None

    def holds(self, region_code: str, kind: str, day: date) -> bool:
        is_here = self.region_code in (region_code, COUNTRY) and self.kind == kind
        return is_here and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def term_for(
    *, city_code: str, kind: RequestKind, is_emergency: bool, now: datetime, matter: str = Matter.ORDINARY
) -> Term:
    """Return the term that holds for a request filed in a city at ``now``."""
    name = f"{matter}_{kind}" if matter else str(kind)
    return named_term(EMERGENCY if is_emergency else name, city_code=city_code, now=now)


def named_term(name: str, *, city_code: str, now: datetime) -> Term:
    """Return the term of a name in the file's ``kind`` column."""
    day = local_date(now)
    fitting = [term for term in all_terms() if term.holds(city_code, name, day)]
    return max(fitting, key=lambda term: (term.region_code == city_code, term.valid_from))


@cache
def all_terms() -> tuple[Term, ...]:
    """Return the rows of the file.

    Raises:
        ValueError: a row is malformed (the file ships with the program; a test reads it).
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_term(row) for row in csv.DictReader(file))


def _term(row: dict[str, str]) -> Term:
    return Term(
        region_code=row["region_code"],
        kind=row["kind"],
        deadline=Deadline(int(row["amount"]), Unit(row["unit"])),
        most_extension=int(row["most_extension"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )
