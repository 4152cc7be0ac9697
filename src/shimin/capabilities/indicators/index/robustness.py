"""How firm ranks are, and what would lift a region: the questions to ask before anybody quotes a rank.

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7: uncertainty and sensitivity analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import Methodology
from shimin.capabilities.indicators.index.scores import Scores, Weigh, compute
from shimin.capabilities.indicators.index.table import Table

_STEPS = 24  # halvings: finer than any printed decimal


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The rank as computed, and the ranks that 90 % of the trials stay within."""

    region: str
    rank: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Lift:
    """What one indicator would have to become, all else as it is, for the region to reach a stage; None: it cannot."""

    key: str
    now: Fraction
    needed: Fraction | None


def rank_intervals(
    methodology: Methodology, table: Table, *, trials: int, spread: float, seed: int
) -> list[RankInterval]:
    """Shake every weight by up to ± ``spread`` of itself (weights still sum to 1) and see where the ranks go."""
    chance = Random(seed)  # noqa: S311 - a repeatable experiment, no secret
    base = _total(compute(methodology, table)).ranked
    seen: dict[str, list[int]] = {region: [] for region in base}
    for _ in range(trials):
        shaken = {
            (whole.key, part): weight * Fraction(1 + chance.uniform(-spread, spread)).limit_denominator(10_000)
            for whole in methodology.indicators.values()
            for part, weight in whole.parts.items()
        }
        ranked = compute(methodology, table, weigh=_weigher(shaken)).ranked
        for rank, region in enumerate(ranked, start=1):
            seen[region].append(rank)
    return [RankInterval(region, at, *_middle(seen[region])) for at, region in enumerate(base, start=1)]


def lifts(methodology: Methodology, table: Table, *, region: str, stage: str, most: Fraction) -> list[Lift]:
    """Return for every given indicator the least value, up to ``most``, that brings the region into the stage.

    Raises:
        IndexFault: no such region or stage.
    """
    starts = {each.name: each.starts_at for each in methodology.stages}
    if region not in table.regions or stage not in starts:
        raise IndexFault(
            f"no region {region} or stage {stage}. Mend: a region of the table, a stage of {', '.join(starts)}."
        )
    base = _total(compute(methodology, table))
    found = []
    for key in base.given:
        header = next(name for name in methodology.indicators[key].headers if name in table.columns)
        if region not in table.columns[header]:
            continue
        now = table.columns[header][region]

        def reaches(value: Fraction, header: str = header) -> bool:
            try:
                scores = compute(methodology, _with(table, header, region, value))
            except IndexFault:  # at this one value all compared regions are alike, so no scale is defined
                return False
            return scores.values[methodology.root][region] >= starts[stage]

        found.append(Lift(key, now, _least(now, most, reaches)))
    return found


def _least(now: Fraction, most: Fraction, reaches: Callable[[Fraction], bool]) -> Fraction | None:
    if reaches(now):
        return now
    if now >= most or not reaches(most):
        return None
    low, high = now, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _with(table: Table, header: str, region: str, value: Fraction) -> Table:
    column = {**table.columns[header], region: value}
    return replace(table, columns={**table.columns, header: column})


def _total(scores: Scores) -> Scores:
    if not scores.ranked:
        raise IndexFault(f"the table does not reach {scores.methodology.root}. Mend: add the columns of its parts.")
    return scores


def _weigher(shaken: Mapping[tuple[str, str], Fraction]) -> Weigh:
    return lambda whole, part, weight: shaken[whole, part]


def _middle(ranks: list[int]) -> tuple[int, int]:
    ordered = sorted(ranks)
    cut = len(ordered) // 20
    return ordered[cut], ordered[-1 - cut]
