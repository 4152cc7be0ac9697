"""Count a matrix: read its files, run the expression, hand back a table that ``compute`` takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow

from shimin.capabilities.catalogue.public import Region, published_regions
from shimin.capabilities.indicators.counting import files
from shimin.capabilities.indicators.counting.engines import Engine, open_engine
from shimin.capabilities.indicators.counting.expression import UNKNOWN_KIND, code_of, counts_by_area
from shimin.capabilities.indicators.counting.rules import CountRules
from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.methodology import Methodology
from shimin.capabilities.indicators.index.table import Table

POPULATION = "population"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The files of a matrix; see ``files`` for their columns. ``spam`` and ``population`` may be None."""

    events: Path
    accounts: Path
    spam: Path | None = None
    population: Table | None = None


def count_matrix(methodology: Methodology, matrix: Matrix, *, level: str, engine: str = "duckdb") -> Table:
    """Return the methodology's counts by area of a level (province, city), with the population where it is given.

    Every area with an account that counts is in it; with a population, only the areas that have one.

    Raises:
        IndexFault: the methodology counts nothing, or the files hold what may not be.
    """
    rules = methodology.counts
    if rules is None or level not in rules.levels:
        raise IndexFault(f"{methodology.key} counts nothing by {level}. Mend: state it in its section counts.")
    areas = areas_of(level, without=rules.without)
    with open_engine(engine) as opened:
        numbers, present = _numbers(opened, rules, matrix, level, {code: area.code for code, area in areas.items()})
    names = {area.code: area.short_name if level == "province" else area.name for area in areas.values()}
    wanted = None if matrix.population is None else set(matrix.population.columns.get(POPULATION, {}))
    regions = {names[code]: code for code in sorted(present) if wanted is None or names[code] in wanted}
    if not regions:
        raise IndexFault(f"{matrix.accounts}: no account of a {level} counts. Mend: check region_code and level.")
    columns = {
        key: {name: Fraction(sum(numbers[code].get(kind, 0) for kind in count.kinds)) for name, code in regions.items()}
        for key, count in rules.counts.items()
    }
    if matrix.population is not None:
        people = matrix.population.columns[POPULATION]
        columns = {POPULATION: {name: people[name] for name in regions}, **columns}
    return Table(matrix.events.name, tuple(regions), columns)


def areas_of(level: str, *, without: frozenset[str]) -> dict[str, Region]:
    """Return for each region's code the area of the level that it belongs to; a county under no city has no city."""
    by_code = {region.code: region for region in published_regions()}
    found = {}
    for region in by_code.values():
        chain = list(_upwards(region, by_code))
        area = next((each for each in chain if each.level == level), None)
        if area is not None and not any(each.short_name in without for each in chain):
            found[region.code] = area
    return found


def _upwards(region: Region | None, by_code: Mapping[str, Region]) -> Iterator[Region]:
    while region is not None:
        yield region
        region = by_code.get(region.parent_code)


def _numbers(
    engine: Engine, rules: CountRules, matrix: Matrix, level: str, area_of: Mapping[str, str]
) -> tuple[dict[str, dict[str, int]], set[str]]:
    """Return area → kind → number, and the areas that have an account."""
    accounts, present = files.read_accounts(matrix.accounts, rules.levels[level], area_of)
    areas = pyarrow.table({"region_code": list(area_of), "area": list(area_of.values())})
    tables = {
        "accounts": engine.take("accounts", accounts),
        "areas": engine.take("areas", areas),
        "spam": engine.take("spam", files.read_spam(matrix.spam)),
    }
    events = files.open_events(engine, matrix.events)
    kinds = rules.kinds
    kind_of = {code: kind for kind, code in code_of(kinds).items()}
    numbers: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for starts_on, ends_on in _slices(engine, events, rules):
        expression = counts_by_area(
            events, **tables, kinds=kinds, levels=rules.levels[level], starts_on=starts_on, ends_on=ends_on
        )
        for row in expression.to_pyarrow().to_pylist():
            _refuse_bad(matrix.events, row)
            numbers[row["area"]][kind_of[row["code"]]] += row["number"]
    return numbers, present


def _slices(engine: Engine, events: ir.Table, rules: CountRules) -> Sequence[tuple[date, date]]:
    """Cut the period into runs of days: a day's readers are counted in one of them, so the numbers add up."""
    parts = 1
    if engine.slice_of is not None:
        total: Any = events.count().to_pyarrow().as_py()
        parts = -(-total // engine.slice_of)
    return slices_of(rules.starts_on, rules.ends_on, parts=parts)


def slices_of(starts_on: date, ends_on: date, *, parts: int) -> list[tuple[date, date]]:
    """Cut a half-open period of days into up to ``parts`` about equal ones, at least one, none empty."""
    days = (ends_on - starts_on).days
    parts = max(1, min(days, parts))
    cuts = [starts_on + timedelta(days=days * part // parts) for part in range(parts + 1)]
    return list(pairwise(cuts))


def _refuse_bad(events: Path, row: Mapping[str, Any]) -> None:
    if row["code"] == UNKNOWN_KIND:
        raise IndexFault(f"{events}: kinds that the methodology does not know. Mend: use its kinds, or leave them out.")
    if row["least"] < 0:
        raise IndexFault(f"{events}: negative or empty amounts. Mend: write how many, 1 for one.")
