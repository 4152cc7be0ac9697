"""How a score goes along with an outside series: is it about the same thing at all?

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 9: links to other measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import correlation

from shimin.capabilities.indicators.index.errors import IndexFault

LEAST = 3  # two points lie on a line whatever they mean


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of the regions that both series have: Pearson's r of the values, Spearman's rho of the ranks (ties share theirs).

    ``left_out`` are the regions that only one of the series has.
    """

    size: int
    pearson: float
    spearman: float
    left_out: tuple[str, ...]


def correlate(score: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> Correlation:
    """Compare two series by region.

    Raises:
        IndexFault: fewer than three regions in common, or one series does not differ between them.
    """
    common = [region for region in score if region in other]
    if len(common) < LEAST:
        raise IndexFault(f"{len(common)} regions in common. Mend: at least {LEAST}, named alike in both files.")
    first, second = ([float(series[region]) for region in common] for series in (score, other))
    if len(set(first)) == 1 or len(set(second)) == 1:
        raise IndexFault("a series has the same value everywhere, so nothing goes along with it. Mend: another column.")
    left_out = tuple(sorted(set(score) ^ set(other)))
    return Correlation(len(common), correlation(first, second), correlation(_ranks(first), _ranks(second)), left_out)


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the place of each value from the smallest (1); equal ones share the middle of theirs."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]
