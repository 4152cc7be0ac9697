"""``ask import``: each line of a CSV file becomes a request once; what cannot is named with line and reason."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    ImportOutcome,
    Message,
    Place,
    RequestKind,
    import_message,
    known_messages,
    read_message,
)
from shimin.capabilities.service_requests.text.csv_files import read_lines, read_time
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import InvalidInput

_AT_ONCE = 500
_KINDS = {**{str(kind): kind for kind in RequestKind}, **{words: kind for kind, words in KIND_WORDS.items()}}
_GUARDED = ("'=", "'+", "'-", "'@")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns say what. ``kind``, ``address``, ``district`` and ``phone`` are read when they are there."""

    key: str = "id"
    words: tuple[str, ...] = ("subject", "body")
    posted_at: str = "posted_at"


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that made no request, and why."""

    line: int
    key: str
    reason: str


@dataclass(slots=True)
class Progress:
    """What has become of the lines so far."""

    lines: int = 0
    imported: int = 0
    repeated: int = 0
    rejects: list[Reject] = field(default_factory=list)


def import_file(
    path: Path,
    *,
    city_code: str,
    source: str,
    columns: Columns,
    now: datetime,
    told: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Import a file; ``told`` hears how far it is. Run again, it goes on where it was: what is known is passed over.

    A line without ``posted_at`` counts from ``now``.

    Raises:
        FileUnreadable: the file as a whole cannot be used.
    """
    progress = Progress()
    lines = read_lines(path, (columns.key, *columns.words))
    while batch := list(islice(lines, _AT_ONCE)):
        for line, message in _checked(batch, progress, city_code, source, columns, now):
            try:
                outcome, _ = import_message(message=message, now=now)
            except InvalidInput as refused:
                progress.rejects.append(Reject(line, message.key, _reason(refused)))
            else:
                _count(progress, line, message.key, outcome)
            told(progress)
        told(progress)
    return progress


def read_all(
    path: Path, *, city_code: str, source: str, columns: Columns, now: datetime
) -> tuple[list[tuple[Message, str]], list[Reject]]:
    """Return all messages of a file that can be read, each with who wrote it (column ``user``), and what cannot.

    Raises:
        FileUnreadable: the file as a whole cannot be used.
    """
    progress, found = Progress(), []
    seen: set[str] = set()
    for line, row in read_lines(path, (columns.key, *columns.words)):
        message = _message(line, row, progress, city_code, source, columns, now)
        if message is None or row is None:
            continue
        if message.key in seen:
            progress.rejects.append(Reject(line, message.key, "id: 这个编号在文件里已经有了。"))
            continue
        seen.add(message.key)
        found.append((message, row.get("user", "").strip()))
    return found, progress.rejects


def write_rejects(path: Path, rejects: list[Reject]) -> None:
    """Write what was rejected as CSV: line, id, reason."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["line", "id", "reason"])
        lines.writerows((each.line, each.key, each.reason) for each in rejects)


def _checked(
    batch: list[tuple[int, dict[str, str] | None]],
    progress: Progress,
    city_code: str,
    source: str,
    columns: Columns,
    now: datetime,
) -> Iterator[tuple[int, Message]]:
    """Yield the messages of some lines that were not imported before."""
    read: list[tuple[int, Message]] = []
    for line, row in batch:
        progress.lines += 1
        message = _message(line, row, progress, city_code, source, columns, now)
        if message is not None:
            read.append((line, message))
    known = known_messages(message for _, message in read)
    for line, message in read:
        if message.key in known:
            _count(progress, line, message.key, known[message.key])
        else:
            yield line, message


def _count(progress: Progress, line: int, key: str, outcome: ImportOutcome) -> None:
    match outcome:
        case ImportOutcome.IMPORTED:
            progress.imported += 1
        case ImportOutcome.REPEATED:
            progress.repeated += 1
        case ImportOutcome.CHANGED:
            progress.rejects.append(Reject(line, key, "id: 这个编号以前导入过，文字不同；原来的没有改动。"))


def _message(
    line: int,
    row: dict[str, str] | None,
    progress: Progress,
    city_code: str,
    source: str,
    columns: Columns,
    now: datetime,
) -> Message | None:
    """Return the message of a line, None (and a reject) when there is something wrong with it."""
    if row is None:
        progress.rejects.append(Reject(line, "", "格数与表头不同；含逗号或换行的格请用引号括起来。"))
        return None
    key = row[columns.key].strip()
    try:
        return read_message(
            city_code=city_code, source=source, key=key, words=_words(row, columns),
            posted_at=_posted_at(row, columns, now), now=now, kind=_kind(row),
            place=Place(row.get("address", ""), row.get("district", "").strip()), phone=row.get("phone", ""),
        )  # fmt: skip
    except InvalidInput as refused:
        progress.rejects.append(Reject(line, key[:60], _reason(refused)))
        return None


def _words(row: dict[str, str], columns: Columns) -> str:
    return "\n".join(part for name in columns.words if (part := _unguarded(row[name].strip())))


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that ``export`` puts before what a spreadsheet would calculate."""
    return cell[1:] if cell.startswith(_GUARDED) else cell


def _posted_at(row: dict[str, str], columns: Columns, now: datetime) -> datetime:
    text = row.get(columns.posted_at, "").strip()
    if not text:
        return now
    found = read_time(text)
    if found is None:
        raise InvalidInput(fields={"posted_at": f"“{text[:30]}”不是时间，请写成 2026-11-25 08:30:00。"})
    return found.replace(tzinfo=CHINA)


def _kind(row: dict[str, str]) -> RequestKind | None:
    text = row.get("kind", "").strip()
    if text and text not in _KINDS:
        raise InvalidInput(fields={"kind": f"没有“{text[:30]}”这一类；可以写 {'、'.join(KIND_WORDS.values())}。"})
    return _KINDS.get(text)


def _reason(refused: InvalidInput) -> str:
    return "；".join(f"{name}: {words}" for name, words in refused.fields.items()) or refused.message
