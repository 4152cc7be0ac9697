"""A record source in memory: answers what a test tells it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shimin.capabilities.enquiries.ports import RecordAnswer, RecordQuery, SourceSystem
from shimin.kernel import clock
from shimin.kernel.db import require_no_transaction

Rows = Sequence[Mapping[str, Any]]


@dataclass
class FakeSource:
    """``records`` maps a record's name to its rows (all fields; only those asked for are given), or to a function."""

    records: dict[str, Rows | Callable[[RecordQuery], Rows]] = field(default_factory=dict)
    failure: Exception | None = None
    up: bool = True
    issued_at: datetime | None = None
    asked: list[tuple[SourceSystem, RecordQuery]] = field(default_factory=list)

    def fetch(self, system: SourceSystem, query: RecordQuery) -> RecordAnswer:
        require_no_transaction()
        self.asked.append((system, query))
        if self.failure is not None:
            raise self.failure
        rows = self.records.get(query.record, ())
        given = rows(query) if callable(rows) else [{name: row[name] for name in query.fields} for row in rows]
        return RecordAnswer(bool(given), self.issued_at or clock.now(), given)

    def is_up(self, system: SourceSystem) -> bool:
        require_no_transaction()
        return self.up
