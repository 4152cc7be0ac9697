"""When simulated desks act: drawn from a seed and the message's own name, so that a replay goes on where it was killed.

How long an answer takes comes from ``data/answer_delays.csv``: percentiles of the days between message and answer on
one city's message board (2,816 answers, 2011-2020), by the category that the shipped classifier reads in the message.
How long dispatch and acceptance take is invented, for no such times are known.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

FILE = Path(__file__).parents[1] / "data" / "answer_delays.csv"
ANY = ""
_DISPATCH_HOURS = (0.5, 8.0)
_ACCEPT_HOURS = (0.2, 20.0)
_SHORTEST_WORK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Delays:
    """The days that answers of a category took: at each percent of them, in rising order; and how many there were."""

    answers: int
    percents: tuple[float, ...]
    days: tuple[float, ...]

    def at(self, share: float) -> float:
        """Return the days below which ``share`` (0 to 1) of the answers lie, between two percentiles on a line."""
        percent = share * 100
        at = min(max(bisect_right(self.percents, percent), 1), len(self.percents) - 1)
        low, high = self.percents[at - 1], self.percents[at]
        part = (percent - low) / (high - low)
        return self.days[at - 1] + part * (self.days[at] - self.days[at - 1])

    @property
    def median(self) -> float:
        return self.at(0.5)


@dataclass(frozen=True, slots=True)
class Plan:
    """The times of one message's desks. ``key`` names the message."""

    seed: int
    key: str

    def dispatch_at(self, filed_at: datetime) -> datetime:
        """Return when a person dispatches what the platform has not dispatched."""
        return filed_at + timedelta(hours=self._draw("dispatch").uniform(*_DISPATCH_HOURS))

    def accept_at(self, dispatched_at: datetime) -> datetime:
        """Return when the agency accepts."""
        return dispatched_at + timedelta(hours=self._draw("accept").uniform(*_ACCEPT_HOURS))

    def answer_at(self, filed_at: datetime, accepted_at: datetime, category: str) -> datetime:
        """Return when the agency answers; never before it has accepted."""
        days = delays_of(category).at(self._draw("answer").random())
        return max(filed_at + timedelta(days=days), accepted_at + _SHORTEST_WORK)

    def _draw(self, what: str) -> Random:
        return Random(f"{self.seed}:{self.key}:{what}")  # noqa: S311 - reproducible, not secret


def delays_of(category: str) -> Delays:
    """Return the delays of a category, of all answers where it has none."""
    found = _all_delays()
    return found.get(category, found[ANY])


@cache
def _all_delays() -> dict[str, Delays]:
    rows: dict[str, list[tuple[int, float, float]]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            told = (int(row["answers"]), float(row["percent"]), float(row["days"]))
            rows.setdefault(row["category"], []).append(told)
    return {name: _delays(each) for name, each in rows.items()}


def _delays(rows: Sequence[tuple[int, float, float]]) -> Delays:
    return Delays(rows[0][0], tuple(row[1] for row in rows), tuple(row[2] for row in rows))
