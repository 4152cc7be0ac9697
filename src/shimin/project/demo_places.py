"""The known places of the demo city, invented: data/demo_places.csv."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from shimin.capabilities.catalogue.public import import_known_places
from shimin.project.demo_city import accounts

_FILE = Path(__file__).parent / "data" / "demo_places.csv"


def take_demo_places(now: datetime) -> int:
    """Take the invented places and return how many of them are there; run again, nothing changes."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        lines = list(enumerate(csv.DictReader(file), 2))
    done = import_known_places(city_code=str(accounts()["officers"]["region"]), lines=lines, now=now, is_demo=True)
    if done.rejected:
        raise ValueError(f"{_FILE.name}: {done.rejected[0]}")
    return done.added + done.changed + done.same
