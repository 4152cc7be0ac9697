"""What a run reports: medians over interleaved rounds, ratios to the raw limit, bounds and whether they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure promises: its ratio to the raw limit (or, without one, its value) on one side of ``limit``."""

    sign: Literal["<=", ">="]
    limit: float

    def holds(self, number: float) -> bool:
        """Tell whether a measured number keeps the promise; what could not be measured does not."""
        if math.isnan(number):
            return False
        return number <= self.limit if self.sign == "<=" else number >= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity: a value a round and, where it has a limit to stand beside, that limit a round.

    The ratio is the median of the rounds' own ratios: a machine that slows down for a while slows both sides of a
    round, so the ratio of two medians would be the worse figure.
    """

    workload: str
    metric: str
    unit: str
    values: Sequence[float]
    raws: Sequence[float] = ()
    bound: Bound | None = None

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def raw(self) -> float | None:
        return median(self.raws) if self.raws else None

    @property
    def ratios(self) -> list[float]:
        return [value / raw if raw else math.nan for value, raw in zip(self.values, self.raws, strict=True)]

    @property
    def ratio(self) -> float | None:
        return median(self.ratios) if self.raws else None

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds; None when nothing was promised."""
        if self.bound is None:
            return None
        return self.bound.holds(self.value if self.ratio is None else self.ratio)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart: (largest - smallest) / median, of the ratios where there are any."""
        numbers = self.ratios if self.raws else self.values
        middle = median(numbers)
        return (max(numbers) - min(numbers)) / middle if middle else 0.0

    def as_row(self) -> dict[str, Any]:
        """Return the figure as ``--json`` prints it."""
        return {
            "workload": self.workload,
            "metric": self.metric,
            "value": _rounded(self.value),
            "unit": self.unit,
            "raw": _rounded(self.raw),
            "ratio": _rounded(self.ratio),
            "bound": str(self.bound) if self.bound else None,
            "holds": self.holds,
            "rounds": len(self.values),
            "spread": _rounded(self.spread),
        }


def percentile(numbers: Sequence[float], share: float) -> float:
    """Return the smallest number that at least ``share`` (0-1) of all do not exceed; NaN of none (nearest rank)."""
    if not numbers:
        return math.nan
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for people."""
    head = ("workload", "metric", "value", "unit", "raw", "ratio", "bound", "holds", "spread")
    lines = [head, *(_cells(figure.as_row()) for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in _LEFT else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


_LEFT = frozenset({0, 1, 3, 6, 7})


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    holds = {None: "", True: "yes", False: "NO"}[row["holds"]]
    return (
        row["workload"], row["metric"], _shown(row["value"]), row["unit"], _shown(row["raw"]), _shown(row["ratio"]),
        row["bound"] or "", holds, f"{row['spread'] or 0:.0%}",
    )  # fmt: skip


def _shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _rounded(number: float | None) -> float | None:
    """JSON has no NaN: what could not be measured is null."""
    return None if number is None or math.isnan(number) else float(f"{number:.4g}")
