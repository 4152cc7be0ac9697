"""What share of the answered requests is called back, as data: ``data/call_backs.csv``, by place and time of validity.

Source: 12345 practice (回访); the share is a city's to change.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from shimin.capabilities.service_requests.domain.deadlines import COUNTRY

FILE = Path(__file__).parents[1] / "data" / "call_backs.csv"
Row = tuple[str, float, date, date | None]


def share_for(city_code: str, day: date) -> float:
    """Return the share (0 to 1) of a city on a day, 0 where no row holds."""
    fitting = [
        row for row in _rows() if row[0] in (city_code, COUNTRY) and row[2] <= day and (row[3] is None or day < row[3])
    ]
    return max(fitting, key=lambda row: (row[0] == city_code, row[2]))[1] if fitting else 0.0


@cache
def _rows() -> tuple[Row, ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            (
                row["region_code"], float(row["share"]), date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
