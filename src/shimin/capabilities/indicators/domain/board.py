"""Which figures the board of a city shows, and between what they should stay. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from shimin.capabilities.service_requests.supervision.public import HOW, AgencyFigures

_FILE = Path(__file__).resolve().parents[1] / "data" / "bands.csv"
COUNTRY = "100000"


class BoardFigure(StrEnum):
    """A figure of the board, by the name that ``AgencyFigures`` has for it."""

    OPEN = "open"
    WARNING = "warning"
    YELLOW = "yellow"
    RED = "red"
    RESPONSE_RATE = "response_rate"
    SOLVED_RATE = "solved_rate"
    SATISFIED_RATE = "satisfied_rate"
    PROMISED_DAYS = "promised_days"
    REAL_DAYS = "real_days"
    RETURNED = "returned"
    REDONE = "redone"

    @property
    def is_rate(self) -> bool:
        return self.value.endswith("_rate")

    def of(self, figures: AgencyFigures) -> float | None:
        """Return its value; rates 0 to 1; None when there is nothing to divide by."""
        value = getattr(figures, self.value)
        return None if value is None else float(value)


FIGURE_WORDS = {
    BoardFigure.OPEN: "在办",
    BoardFigure.WARNING: "快到期",
    BoardFigure.YELLOW: "黄牌",
    BoardFigure.RED: "红牌",
    BoardFigure.RESPONSE_RATE: "响应率",
    BoardFigure.SOLVED_RATE: "解决率",
    BoardFigure.SATISFIED_RATE: "满意率",
    BoardFigure.PROMISED_DAYS: "承诺天数",
    BoardFigure.REAL_DAYS: "实际天数",
    BoardFigure.RETURNED: "退单",
    BoardFigure.REDONE: "重办",
}
_HOW_OF = {"response_rate": "in_time", "solved_rate": "solved", "satisfied_rate": "pleased"}


def how_computed(figure: BoardFigure) -> str:
    """Say how a figure is counted."""
    return HOW[_HOW_OF.get(str(figure), str(figure))]


@dataclass(frozen=True, slots=True)
class Band:
    """Between what a figure should stay, both ends included; None: no end."""

    low: float | None
    high: float | None

    def side_of(self, value: float) -> str:
        """Return "low" or "high" when a value lies outside, else ""."""
        if self.low is not None and value < self.low:
            return "low"
        return "high" if self.high is not None and value > self.high else ""


def bands_for(city_code: str, day: date) -> Mapping[BoardFigure, Band]:
    """Return the bands that hold in a city on a day: its own before the country's, the latest that has begun."""
    found: dict[BoardFigure, tuple[bool, date, Band]] = {}
    for region_code, figure, band, begins, ends in _rows():
        if region_code in (city_code, COUNTRY) and begins <= day and (ends is None or day < ends):
            ranked = (region_code == city_code, begins, band)
            if figure not in found or ranked[:2] > found[figure][:2]:
                found[figure] = ranked
    return {figure: band for figure, (_, _, band) in found.items()}


def figure_words(figure: BoardFigure, value: float | None) -> str:
    """Say a figure: 96.2%, 12.5天, 31件; without one "—"."""
    if value is None:
        return "—"
    if figure.is_rate:
        return f"{value:.1%}"
    return f"{value:.1f}天" if str(figure).endswith("_days") else f"{value:,.0f}件"


def target_words(figure: BoardFigure, band: Band | None) -> str:
    """Say between what it should stay: 不低于95%."""
    if band is None:
        return ""
    ends = [
        f"{word}{value:.0%}" if figure.is_rate else f"{word}{value:g}"
        for word, value in (("不低于", band.low), ("不高于", band.high))
        if value is not None
    ]
    return "，".join(ends)


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, BoardFigure, Band, date, date | None], ...]:
    """Return data/bands.csv.

    Raises:
        ValueError: a row is malformed (the file ships with the program; a test reads it).
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            (
                row["region_code"], BoardFigure(row["figure"]),
                Band(float(row["low"]) if row["low"] else None, float(row["high"]) if row["high"] else None),
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
