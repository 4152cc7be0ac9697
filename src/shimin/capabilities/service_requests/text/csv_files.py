"""Read CSV files as offices save them: with or without BOM, UTF-8, UTF-16 or GBK, gzipped, with huge cells."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shimin.kernel.values.office_text import decode_office_text

# A cell may hold a whole letter with its pasted tables; the csv module stops at 131,072 characters.
_LONGEST_CELL = 2**31 - 1
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


class FileUnreadable(Exception):
    """The file cannot be used; the words say what is wrong, where, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a file by column; ``lines`` tells for each row the line on which it ends."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]


def read_table(path: Path, needed: tuple[str, ...] = ()) -> Table:
    """Return the rows of a CSV file.

    Raises:
        FileUnreadable: it is missing, damaged, in an unknown encoding, lacks a needed column, or a row has another
            number of cells than the head.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        _check_head(path, columns, needed)
        rows, lines = [], []
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(columns):
                raise FileUnreadable(
                    f"{path}, line {reader.line_num}: {len(cells)} cells, but the head names {len(columns)}. "
                    'Put cells that hold commas or line breaks into "quotation marks".'
                )
            rows.append(dict(zip(columns, cells, strict=True)))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise FileUnreadable(f"{path}, line {reader.line_num}: this is not CSV ({error}).") from error
    return Table(columns, tuple(rows), tuple(lines))


def read_lines(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield each row with the line on which it ends; None in the place of a row that has not the head's cells.

    Raises:
        FileUnreadable: the file as a whole cannot be used.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        _check_head(path, columns, needed)
        for cells in reader:
            if cells:
                yield reader.line_num, dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None
    except csv.Error as error:
        raise FileUnreadable(f"{path}, line {reader.line_num}: this is not CSV ({error}).") from error


def read_time(text: str) -> datetime | None:
    """Return a local time as offices write it ("2026-11-25 08:30:00", "2026/11/25"), without zone; None: it is none."""
    for form in _TIMES:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - who reads it knows the city
        except ValueError:
            continue
    return None


def _check_head(path: Path, columns: tuple[str, ...], needed: tuple[str, ...]) -> None:
    if not columns:
        raise FileUnreadable(f"{path} is empty: its first line has to name the columns.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FileUnreadable(f"{path}: the head names {', '.join(twice)} more than once.")
    missing = [name for name in needed if name not in columns]
    if missing:
        raise FileUnreadable(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(columns)}. Name its columns with --text."
        )


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"{path} cannot be read: {error}") from error
    try:
        return decode_office_text(content)
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"{path} is neither UTF-8 nor GBK (byte {error.start + 1} fits neither): save it as UTF-8."
        ) from error
