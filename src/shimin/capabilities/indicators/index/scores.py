"""Scores of regions under a methodology, in exact arithmetic: ties and stages are never a matter of floats."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import (
    Aggregation,
    Indicator,
    Kind,
    Methodology,
    Missing,
    Scaling,
    Stage,
)
from shimin.capabilities.indicators.index.table import Table

Values = Mapping[str, Fraction]
_DIGITS = 40  # of logarithms and powers, the only inexact steps
# A part's weight may be shaken (robustness): indicator, part and stated weight give the weight to use.
Weigh = Callable[[str, str, Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class Scores:
    """What could be computed: by indicator, by region.

    ``given`` are the indicators that came from columns and count (none below another). ``compared`` holds the other
    value where a score was both printed and computable: the printed total, or what the parts of a given score make.
    """

    methodology: Methodology
    regions: tuple[str, ...]
    values: Mapping[str, Values]
    given: Collection[str]
    compared: Mapping[str, Values] = field(default_factory=dict)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The regions from the best; equal ones in the table's order, with ranks of their own, as in print."""
        totals = self.values.get(self.methodology.root)
        if totals is None:
            return ()
        return tuple(sorted(self.regions, key=lambda region: -totals[region]))

    def stage_of(self, region: str) -> Stage:
        """Return the stage of a region; by the unrounded score."""
        return self.methodology.stage_of(self.values[self.methodology.root][region])

    def largest_difference(self, key: str) -> Fraction:
        """Return how far a score lies from the other one of ``compared`` at most."""
        other = self.compared[key]
        return max(abs(value - other[region]) for region, value in self.values[key].items() if region in other)


def compute(
    methodology: Methodology, table: Table, *, reference: Table | None = None, weigh: Weigh | None = None
) -> Scores:
    """Return every score that the table's columns allow.

    A column stands for its indicator, whatever is below it: a printed score was made from unrounded parts, so it is the
    better input. Without a column the parts make it. The total alone is always made and its column only compared.
    ``reference`` adds regions that count for scaling only
    (the published second-level scores take the maximum of a wider set than the ranked one).

    Raises:
        IndexFault: nothing can be computed, a cell is empty, or a scaling is undefined.
    """
    return _Computation(methodology, table, reference, weigh or (lambda whole, part, weight: weight)).run()


class _Computation:
    def __init__(self, methodology: Methodology, table: Table, reference: Table | None, weigh: Weigh) -> None:
        self._methodology = methodology
        self._table = table
        self._weigh = weigh
        self._columns = _merged(table, reference)
        self._regions = (*table.regions, *(each for each in _regions(reference) if each not in set(table.regions)))
        self._values: dict[str, dict[str, Fraction]] = {}
        self._compared: dict[str, Values] = {}
        self._given: list[str] = []

    def run(self) -> Scores:
        for key in self._methodology.order:
            self._score(self._methodology.indicators[key])
        if not self._values:
            raise IndexFault(self._nothing())
        ranked = set(self._table.regions)
        values = {
            key: {region: value for region, value in by_region.items() if region in ranked}
            for key, by_region in self._values.items()
        }
        return Scores(self._methodology, self._table.regions, values, tuple(self._given), self._compared)

    def _score(self, indicator: Indicator) -> None:
        key, column = indicator.key, self._column(indicator)
        made = None
        if indicator.parts and all(part in self._values for part in indicator.parts):
            made = self._scaled(indicator, self._aggregated(indicator))
        if column is not None and key != self._methodology.root:
            self._values[key] = self._input(indicator, column)
            below = set(self._methodology.below(key))
            self._given = [each for each in self._given if each not in below] + [key]
            if made is not None:
                self._compared[key] = made
        elif made is not None:
            self._values[key] = made
            if column is not None:
                self._compared[key] = column

    def _column(self, indicator: Indicator) -> dict[str, Fraction] | None:
        return next((self._columns[name] for name in indicator.headers if name in self._columns), None)

    def _input(self, indicator: Indicator, column: Values) -> dict[str, Fraction]:
        """Take a column: a count is divided and logged, a score of a higher level is what it is."""
        if self._methodology.missing is Missing.REFUSE:
            self._refuse_gaps(indicator.key, column)
        values = dict(column)
        if indicator.per:
            divisor = self._columns.get(indicator.per)
            if divisor is None:
                raise IndexFault(
                    f"{self._table.name}: {indicator.key} is counted per {indicator.per}. Mend: add that column."
                )
            self._refuse_gaps(indicator.per, divisor)
            self._refuse_zero(indicator.per, divisor)
            values = {region: value / divisor[region] for region, value in values.items()}
        if indicator.log:
            values = {region: _ln(value + 1) for region, value in values.items()}
        if indicator.falls:
            values = {region: -value for region, value in values.items()}
        return values if indicator.parts else self._scaled(indicator, values)

    def _refuse_gaps(self, name: str, column: Values) -> None:
        gaps = [region for region in self._regions if region not in column]
        if gaps:
            raise IndexFault(
                *(
                    f"{self._table.name}: {region} has no {name}. Mend: fill the cell, or leave the row out."
                    for region in gaps
                )
            )

    def _refuse_zero(self, name: str, column: Values) -> None:
        zeros = [region for region, value in column.items() if value <= 0]
        if zeros:
            raise IndexFault(
                f"{self._table.name}: {name} is 0 for {', '.join(zeros)}. Mend: it divides; write the real value."
            )

    def _aggregated(self, indicator: Indicator) -> dict[str, Fraction]:
        parts = {key: self._as_part(key) for key in indicator.parts}
        weights = {key: self._weigh(indicator.key, key, weight) for key, weight in indicator.parts.items()}
        whole: dict[str, Fraction] = {}
        for region in self._regions:
            present = [key for key in parts if region in parts[key]]
            total = sum((weights[key] for key in present), Fraction(0))
            if not total and self._methodology.missing is Missing.SHARE_OUT and indicator.key != self._methodology.root:
                continue  # the whole branch is missing, so its own weight goes to its neighbours
            if not total:
                raise IndexFault(
                    f"{self._table.name}: {region} has no part of {indicator.key}. Mend: fill one, or drop the row."
                )
            pairs = [(parts[key][region], weights[key] / total) for key in present]
            whole[region] = _geometric(pairs) if indicator.aggregation is Aggregation.GEOMETRIC else _linear(pairs)
        return whole

    def _as_part(self, key: str) -> Values:
        scaling = self._methodology.indicators[key].as_part
        return self._values[key] if scaling is None else self._rescaled(key, scaling, self._values[key])

    def _scaled(self, indicator: Indicator, values: dict[str, Fraction]) -> dict[str, Fraction]:
        return (
            values
            if indicator.scaling is None or not values
            else self._rescaled(indicator.key, indicator.scaling, values)
        )

    def _rescaled(self, key: str, scaling: Scaling, values: Values) -> dict[str, Fraction]:
        try:
            return rescale(scaling, values)
        except ZeroDivisionError:
            raise IndexFault(
                f"{self._table.name}: {key} cannot be rescaled ({scaling.kind}): the {len(values)} compared region(s) "
                "do not differ. Mend: compare at least two with different values, or give a wider set with --reference."
            ) from None

    def _nothing(self) -> str:
        wanted = [name for indicator in self._methodology.indicators.values() for name in indicator.headers]
        near = [
            f"{name} (did you mean {close[0]}?)" if (close := difflib.get_close_matches(name, wanted, n=1)) else name
            for name in self._columns
        ]
        return (
            f"{self._table.name}: no column of {self._methodology.key}; it has {', '.join(near) or 'none'}. "
            f"Mend: use some of {', '.join(wanted)}."
        )


def rescale(scaling: Scaling, values: Values) -> dict[str, Fraction]:
    """Rescale values over the set they form.

    Raises:
        ZeroDivisionError: the set does not differ where it has to.
    """
    low, high = scaling.low, scaling.high
    if scaling.anchors is not None:
        first, last = scaling.anchors
        return {
            region: low + (high - low) * min(max((value - first) / (last - first), Fraction(0)), Fraction(1))
            for region, value in values.items()
        }
    if scaling.kind is Kind.SHARE_OF_MAX:
        top = max(values.values())
        return {region: high * value / top for region, value in values.items()}
    if scaling.kind is Kind.MIN_MAX:
        least, most = min(values.values()), max(values.values())
        return {region: low + (high - low) * (value - least) / (most - least) for region, value in values.items()}
    if scaling.kind is Kind.RANK:
        ordered = sorted(values.values())
        return {
            region: low + (high - low) * Fraction(ordered.index(value), len(ordered) - 1)
            for region, value in values.items()
        }
    mean = sum(values.values(), Fraction(0)) / len(values)
    deviation = _sqrt(sum(((value - mean) ** 2 for value in values.values()), Fraction(0)) / len(values))
    return {region: (value - mean) / deviation for region, value in values.items()}


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Round half up, as printed tables do."""
    steps = (value * 10**decimals + Fraction(1, 2)).__floor__()
    return Decimal(steps).scaleb(-decimals)


def _linear(pairs: list[tuple[Fraction, Fraction]]) -> Fraction:
    return sum((value * weight for value, weight in pairs), Fraction(0))


def _geometric(pairs: list[tuple[Fraction, Fraction]]) -> Fraction:
    if any(value <= 0 for value, _ in pairs):
        return Fraction(0)
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction(sum((_decimal(weight) * _decimal(value).ln() for value, weight in pairs), Decimal(0)).exp())


def _ln(value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction(_decimal(value).ln())


def _sqrt(value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction(_decimal(value).sqrt())


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _regions(table: Table | None) -> tuple[str, ...]:
    return () if table is None else table.regions


def _merged(table: Table, reference: Table | None) -> dict[str, dict[str, Fraction]]:
    """Return the table's columns with the reference's rows below; a region of both keeps the table's values."""
    further = {} if reference is None else reference.columns
    return {name: {**further.get(name, {}), **values} for name, values in table.columns.items()}
