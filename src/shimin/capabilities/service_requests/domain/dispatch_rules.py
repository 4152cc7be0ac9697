"""The dispatch catalogue (派单目录) as data: who leads which requests, and how sure one must be to decide alone.

``dispatch.csv`` has a row for each place, category, kind and district with the agency that leads; ``kind`` and
``district`` may be empty: any. ``dispatch_thresholds.csv`` has the least probability of a category from which a new
request is dispatched without a person. Of several rows that hold, the most particular one wins.

Source: domain.md §3 (派单目录 is dynamic: clear duty → unit); the rows are a city's to change.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from shimin.capabilities.service_requests.domain.deadlines import COUNTRY
from shimin.capabilities.service_requests.domain.kinds import RequestKind

PACKAGE = Path(__file__).parents[1] / "data"
RULES_FILE, THRESHOLDS_FILE = "dispatch.csv", "dispatch_thresholds.csv"
_RULE_COLUMNS = ("region_code", "category", "kind", "district", "agency", "valid_from", "valid_to")
_THRESHOLD_COLUMNS = ("region_code", "category", "probability", "valid_from", "valid_to")
_LARGEST = 5_000_000


class RulesUnreadable(Exception):
    """The files hold no catalogue; ``faults`` says what is wrong on which line and how to mend it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class DispatchRule:
    """One row: which agency (its slug) leads what, from a day on and before another. Empty: any."""

    region_code: str
    category: str
    kind: str
    district: str
    agency: str
    valid_from: date
    valid_to: date | None
    line: int

    @property
    def name(self) -> str:
        """How step and audit name the rule: what it looks at, and from when."""
        parts = (self.region_code, self.category, self.kind, self.district)
        return f"{'/'.join(part for part in parts if part)}@{self.valid_from}"

    def holds(self, city_code: str, category: str, kind: str, district: str, day: date) -> bool:
        is_meant = self.kind in ("", kind) and self.district in ("", district) and _is_within(category, self.category)
        return is_meant and self.region_code in (city_code, COUNTRY) and _is_day(day, self.valid_from, self.valid_to)

    @property
    def rank(self) -> tuple[object, ...]:
        """The more particular of two rules that hold has the higher rank: district, depth of category, kind, city."""
        depth = self.category.count("/")
        return bool(self.district), depth, bool(self.kind), self.region_code != COUNTRY, self.valid_from


@dataclass(frozen=True, slots=True)
class Threshold:
    """One row: from which probability (0 to 1) a category is dispatched without a person; above 1: never."""

    region_code: str
    category: str
    probability: float
    valid_from: date
    valid_to: date | None
    line: int


@dataclass(frozen=True, slots=True)
class DispatchCatalogue:
    """All rows of both files."""

    rules: tuple[DispatchRule, ...]
    thresholds: tuple[Threshold, ...]

    def rule_for(
        self, *, city_code: str, category: str, kind: RequestKind, district: str, day: date
    ) -> DispatchRule | None:
        """Return the most particular rule that holds on a day, None without one. ``category`` may be a path "a/b"."""
        fitting = [rule for rule in self.rules if rule.holds(city_code, category, str(kind), district, day)]
        return max(fitting, key=lambda rule: rule.rank, default=None)

    def threshold_for(self, *, city_code: str, category: str, day: date) -> float | None:
        """Return the least probability for dispatch without a person, None: a person always looks."""
        fitting = [
            each
            for each in self.thresholds
            if each.region_code in (city_code, COUNTRY)
            and _is_within(category, each.category)
            and _is_day(day, each.valid_from, each.valid_to)
        ]
        if not fitting:
            return None
        return max(
            fitting, key=lambda each: (each.region_code != COUNTRY, each.category.count("/"), each.valid_from)
        ).probability


Row = TypeVar("Row", DispatchRule, Threshold)


def read_catalogue(folder: Path | None = None) -> DispatchCatalogue:
    """Return the catalogue: each file from ``folder`` where it has one, else the one that ships with the program.

    Raises:
        RulesUnreadable: a file is missing, malformed or contradicts itself; every fault is named with its line.
    """
    faults: list[str] = []
    rules = _read(_place(folder, RULES_FILE), _RULE_COLUMNS, _rule, faults)
    thresholds = _read(_place(folder, THRESHOLDS_FILE), _THRESHOLD_COLUMNS, _threshold, faults)
    faults += _overlaps(RULES_FILE, rules, lambda each: (each.region_code, each.category, each.kind, each.district))
    faults += _overlaps(THRESHOLDS_FILE, thresholds, lambda each: (each.region_code, each.category))
    if faults:
        raise RulesUnreadable(faults)
    return DispatchCatalogue(tuple(rules), tuple(thresholds))


def _place(folder: Path | None, name: str) -> Path:
    own = folder / name if folder is not None else None
    return own if own is not None and own.exists() else PACKAGE / name


def _read(
    path: Path, columns: tuple[str, ...], make: Callable[[dict[str, str], int], Row], faults: list[str]
) -> list[Row]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("is larger than 5 MB")
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        faults.append(f"{path} cannot be read ({error}): save it as CSV in UTF-8.")
        return []
    reader = csv.DictReader(text.splitlines(keepends=True))
    if tuple(reader.fieldnames or ()) != columns:
        faults.append(f"{path}, line 1: the head must be {','.join(columns)}.")
        return []
    found = []
    for row in reader:
        where = f"{path.name}, line {reader.line_num}"
        if None in row or any(value is None for value in row.values()):
            faults.append(f"{where}: as many cells as the head are needed, divided by commas.")
            continue
        try:
            found.append(make({name: value.strip() for name, value in row.items()}, reader.line_num))
        except ValueError as error:
            faults.append(f"{where}: {error}")
    return found


def _rule(row: dict[str, str], line: int) -> DispatchRule:
    if not row["agency"]:
        raise ValueError("agency is empty: write the slug of the agency's folder, such as transport.")
    kinds = [str(kind) for kind in RequestKind]
    if row["kind"] and row["kind"] not in kinds:
        raise ValueError(f"kind {row['kind']!r} is none of {', '.join(kinds)}; empty means any.")
    if row["district"]:
        _code("district", row["district"])
    return DispatchRule(
        _code("region_code", row["region_code"]), _category(row["category"]), row["kind"], row["district"],
        row["agency"], *_days(row), line,
    )  # fmt: skip


def _threshold(row: dict[str, str], line: int) -> Threshold:
    try:
        probability = float(row["probability"])
    except ValueError:
        probability = -1.0
    if not 0.5 <= probability <= 1.01:
        raise ValueError(f"probability {row['probability']!r} is not between 0.5 and 1 (1.01: never without a person).")
    return Threshold(
        _code("region_code", row["region_code"]), _category(row["category"]), probability, *_days(row), line
    )


def _code(name: str, text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ValueError(f"{name} {text!r} is no code of six digits (100000: the whole country).")
    return text


def _category(text: str) -> str:
    if not text or any(not part.strip() for part in text.split("/")):
        raise ValueError("category is empty: write a name, or a path such as 城乡建设/供水.")
    return text


def _days(row: dict[str, str]) -> tuple[date, date | None]:
    days: list[date | None] = []
    for name in ("valid_from", "valid_to"):
        try:
            days.append(date.fromisoformat(row[name]) if row[name] else None)
        except ValueError:
            raise ValueError(f"{name} {row[name]!r} is no day: write it as 2026-01-31.") from None
    starts, ends = days
    if starts is None:
        raise ValueError("valid_from is empty: from which day does it hold?")
    if ends is not None and ends <= starts:
        raise ValueError("valid_to must be after valid_from; the rule no longer holds on that day.")
    return starts, ends


def _overlaps(name: str, rows: Iterable[Row], key: Callable[[Row], tuple[str, ...]]) -> list[str]:
    by_key: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        by_key.setdefault(key(row), []).append(row)
    return [
        f"{name}, lines {one.line} and {other.line}: both say something of {'/'.join(filter(None, same))} on the same "
        "days. End the older one by valid_to."
        for same, group in by_key.items()
        for one, other in combinations(group, 2)
        if (one.valid_to is None or other.valid_from < one.valid_to)
        and (other.valid_to is None or one.valid_from < other.valid_to)
    ]


def _is_within(category: str, wider: str) -> bool:
    return category == wider or category.startswith(f"{wider}/")


def _is_day(day: date, starts: date, ends: date | None) -> bool:
    return starts <= day and (ends is None or day < ends)
