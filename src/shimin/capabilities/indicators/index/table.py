"""A table of values as people keep it: CSV as offices save it, one row a region."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.suggestions import near_names
from shimin.kernel.values.office_text import decode_office_text

REGION = "region"
MAX_BYTES = 20_000_000
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_TEXT_COLUMNS = re.compile(r".*(?:_rank|rank|stage)")  # printed results that are no scores


@dataclass(frozen=True, slots=True)
class Table:
    """Regions in the file's order, and each column's value by region; an empty cell is absent."""

    name: str
    regions: tuple[str, ...]
    columns: Mapping[str, Mapping[str, Fraction]]


def read_table(path: Path, *, known: Collection[str] = (), may_be_negative: Collection[str] = ()) -> Table:
    """Read a CSV file whose header names ``region`` and the indicators' columns.

    ``known`` are the names of regions to check against; empty: any name will do. Full-width digits and letters are
    read as their plain forms. Columns that only repeat results (…rank, stage) are not read.

    Raises:
        IndexFault: every fault, with its line.
    """
    rows = list(csv.reader(io.StringIO(_decoded(path), newline="")))
    rows = [[unicodedata.normalize("NFKC", cell).strip() for cell in row] for row in rows]
    if not rows or REGION not in rows[0]:
        raise IndexFault(f"{path}:1: no column {REGION}. Mend: the first line names the columns, one of them {REGION}.")
    header, faults = rows[0], list(_faults_of_header(path, rows[0]))
    seen: dict[str, int] = {}
    columns: dict[str, dict[str, Fraction]] = {
        name: {} for name in header if name and name != REGION and not _TEXT_COLUMNS.fullmatch(name)
    }
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        where = f"{path}:{line}"
        if len(row) != len(header):
            faults.append(f"{where}: {len(row)} cells under {len(header)} columns. Mend: complete the line.")
            continue
        cells = dict(zip(header, row, strict=True))
        region = cells[REGION]
        faults += _faults_of_region(where, region, seen, known)
        seen.setdefault(region, line)
        for name, values in columns.items():
            value = _value(where, name, cells[name], name in may_be_negative, faults)
            if value is not None:
                values[region] = value
    if not seen and not faults:
        faults.append(f"{path}: no region. Mend: write one line a region.")
    if faults:
        raise IndexFault(*faults)
    return Table(path.name, tuple(seen), columns)


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexFault(f"{path}: {error.strerror}. Mend: name a CSV file that can be read.") from None
    if len(data) > MAX_BYTES:
        raise IndexFault(f"{path}: larger than {MAX_BYTES:,} bytes. Mend: keep one line a region.")
    try:
        return decode_office_text(data)
    except UnicodeDecodeError:
        raise IndexFault(f"{path}: neither UTF-8 nor GBK. Mend: save it as CSV UTF-8.") from None


def _faults_of_header(path: Path, header: list[str]) -> Iterator[str]:
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield f"{path}:1: column {name} stands twice. Mend: keep one."


def _faults_of_region(where: str, region: str, seen: Mapping[str, int], known: Collection[str]) -> Iterator[str]:
    if not region:
        yield f"{where}: no region. Mend: write its name."
    elif region in seen:
        yield f"{where}: {region} stands in line {seen[region]} already. Mend: keep one of the two."
    elif known and region not in known:
        near = near_names(region, known)
        hint = f"did you mean {', '.join(near)}?" if near else "use the name of the list of divisions."
        yield f"{where}: no region is called {region}. Mend: {hint} (--any-region takes every name)"


def _value(where: str, name: str, text: str, may_be_negative: bool, faults: list[str]) -> Fraction | None:
    if not text:
        return None
    if text.endswith("%"):
        faults.append(f"{where}: {name}: {text} has a percent sign. Mend: write the number alone.")
        return None
    if not _NUMBER.fullmatch(text):
        faults.append(f"{where}: {name}: {text[:40]!r} is no number. Mend: write digits, with . before decimals.")
        return None
    value = Fraction(text.replace(",", ""))
    if value < 0 and not may_be_negative:
        faults.append(f"{where}: {name}: {text} is negative. Mend: counts and scores start at 0.")
        return None
    return value
