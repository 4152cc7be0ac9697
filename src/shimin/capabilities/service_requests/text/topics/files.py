"""Messages from a CSV file, and topics as rows to print."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from shimin.capabilities.service_requests.text.csv_files import FileUnreadable, read_table, read_time
from shimin.capabilities.service_requests.text.topics.hot import Message, Topic

NEEDED = ("id", "subject", "body", "posted_at")


def read_messages(path: Path) -> list[Message]:
    """Return the messages of a file with at least the columns NEEDED; ``user`` and ``likes`` count when they are there.

    Raises:
        FileUnreadable: the file, a time or a number cannot be read, or an id stands twice; names the line.
    """
    table = read_table(path, NEEDED)
    seen: dict[str, int] = {}
    found = []
    for row, line in zip(table.rows, table.lines, strict=True):
        where = f"{path}, line {line}"
        if row["id"] in seen:
            raise FileUnreadable(
                f"{where}: the id {row['id']} stands in line {seen[row['id']]} already. Keep one of the two."
            )
        seen[row["id"]] = line
        found.append(
            Message(
                message_id=row["id"],
                person=row.get("user", ""),
                subject=row["subject"],
                body=row["body"],
                posted_at=_time(where, row["posted_at"]),
                likes=_likes(where, row.get("likes", "")),
            )
        )
    return found


def as_row(topic: Topic) -> dict[str, Any]:
    """Return a topic's JSON, without its rank."""
    return {
        "heat": topic.heat,
        "from": topic.starts_at.isoformat(sep=" "),
        "to": topic.ends_at.isoformat(sep=" "),
        "place": topic.place,
        "description": topic.description,
        "message_ids": list(topic.message_ids),
    }


def _time(where: str, text: str) -> datetime:
    found = read_time(text)
    if found is None:
        raise FileUnreadable(f"{where}: posted_at {text[:30]!r} is no time. Write it as 2026-11-25 08:30:00.")
    return found


def _likes(where: str, text: str) -> int:
    if not text.strip():
        return 0
    try:
        return max(int(text), 0)
    except ValueError:
        raise FileUnreadable(f"{where}: likes {text[:30]!r} is no whole number. Write digits.") from None
