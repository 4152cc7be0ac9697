"""Counts of what people open and do not find, kept in the process and written together every few seconds.

A count that is lost when a process is killed is a few seconds of statistics; a write for each page would cost more
than the page.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from datetime import datetime

from django.db import connection

from shimin.kernel import clock

FLUSH_SECONDS = 5.0
FLUSH_KEYS = 2000
LONGEST_REQUEST = 40

_DIGITS = re.compile(r"\d[\dx]*")
_USED = """
    INSERT INTO catalogue_usage_count (region_code, day, item_id, times)
    SELECT * FROM unnest(%s::text[], %s::date[], %s::bigint[], %s::int[])
    ON CONFLICT (region_code, day, item_id) DO UPDATE SET times = catalogue_usage_count.times + excluded.times
"""
_MISSED = """
    INSERT INTO catalogue_zero_hit (region_code, day, request, times)
    SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::int[])
    ON CONFLICT (region_code, day, request) DO UPDATE SET times = catalogue_zero_hit.times + excluded.times
"""

Key = tuple[str, str, int | str]


class Tally:
    """One kind of count: (region, day, item or request) → times."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._lock = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._flushed_at = time.monotonic()

    def add(self, region_code: str, what: int | str, now: datetime) -> None:
        """Count one; write what has gathered when it is due."""
        with self._lock:
            self._counts[(region_code, clock.local_date(now).isoformat(), what)] += 1
            is_due = time.monotonic() - self._flushed_at >= FLUSH_SECONDS or len(self._counts) >= FLUSH_KEYS
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, its rows always in one order, so that two writers never block each other."""
        with self._lock:
            counts, self._counts, self._flushed_at = self._counts, Counter(), time.monotonic()
        if not counts:
            return
        rows = sorted((*key, times) for key, times in counts.items())
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [list(column) for column in zip(*rows, strict=True)])

    def forget(self) -> None:
        """Drop what has gathered, unwritten."""
        with self._lock:
            self._counts, self._flushed_at = Counter(), time.monotonic()


used = Tally(_USED)
missed = Tally(_MISSED)


def note_used(region_code: str, item_id: int, now: datetime) -> None:
    """Count that somebody opened an item in a region."""
    used.add(region_code, item_id, now)


def note_missed(region_code: str, request: str, now: datetime) -> None:
    """Count a request that found nothing, without its digits: it must not hold a number of a person."""
    missed.add(region_code, _DIGITS.sub("#", request)[:LONGEST_REQUEST], now)
