"""``ask export``: requests as CSV, the newest last, for other programs and for ``ask import``."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from shimin.capabilities.service_requests.public import export_requests, mask_for_others
from shimin.kernel.clock import CHINA

COLUMNS = (
    "id", "kind", "category", "district", "address", "posted_at", "state", "agency", "due_at", "answered_at",
    "ended_at", "level", "returns", "rating", "subject", "body", "reply",
)  # fmt: skip
_CALCULATED = ("=", "+", "-", "@")
_WORDS = ("address", "subject", "body", "reply")


def export_file(
    path: Path, *, city_code: str, starts_at: datetime, ends_at: datetime, is_masked: bool, now: datetime
) -> int:
    """Write the requests of a city filed in [starts_at, ends_at) and return how many; ``.gz``: packed.

    Numbers of people are blotted out if ``is_masked``. A cell that a spreadsheet would calculate gets an apostrophe.
    The file is there whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, _packed(raw, path) as text:
            lines = csv.writer(text, lineterminator="\n")
            lines.writerow(COLUMNS)
            for row in _rows(city_code, starts_at, ends_at, now):
                lines.writerow([_cell(name, row[name], is_masked) for name in COLUMNS])
                count += 1
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _packed(raw: Any, path: Path) -> io.TextIOWrapper:
    inner = gzip.GzipFile(fileobj=raw, mode="wb") if path.suffix == ".gz" else raw
    return io.TextIOWrapper(inner, encoding="utf-8", newline="")


def _rows(city_code: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    yield from export_requests(city_code=city_code, starts_at=starts_at, ends_at=ends_at, now=now)


def _cell(name: str, value: Any, is_masked: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    text = str(value)
    if name in _WORDS:
        text = mask_for_others(text) if is_masked else text
        return f"'{text}" if text.startswith(_CALCULATED) else text
    return text
