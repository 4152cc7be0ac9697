"""Rate limits: rows in PostgreSQL for acts that must be counted over all processes, buckets in memory for reads."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from shimin.kernel.crypto import blind_index
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Hit:
    """One counted act: the row it stands in."""

    bucket: str
    key: bytes
    ends_at: datetime


def hit(bucket: str, key: str, *, limit: int, window_seconds: int, now: datetime) -> Hit:
    """Count one act of ``key`` (a phone, an address, an account: stored as a keyed hash) in the current window.

    Call it before the operation opens its scope: it commits by itself, so an act that fails later still counts.
    Windows are fixed, so across a border up to twice ``limit`` may pass.

    Raises:
        TooManyRequests: more than ``limit`` acts in this window; says when the next one begins.
        ScopeError: a scope is open, and its rollback would undo the count.
    """
    require_no_transaction()
    started = math.floor(now.timestamp() / window_seconds) * window_seconds
    ends_at = datetime.fromtimestamp(started + window_seconds, tz=UTC)
    counted = Hit(bucket, blind_index(key, context=f"rate.{bucket}"), ends_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_rate_hit(%s, %s, %s)", [counted.bucket, counted.key, counted.ends_at])
        (count,) = cursor.fetchone()
    if count > limit:
        raise TooManyRequests(retry_after_seconds=max(1, math.ceil((ends_at - now).total_seconds())))
    return counted


def forget_old(now: datetime) -> int:
    """Delete windows that ended a minute ago or earlier and return how many; the worker calls it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_rate_limit WHERE ends_at < %s", [now - timedelta(minutes=1)])
        return int(cursor.rowcount)


class LocalBucket:
    """A token bucket per key in this process's memory: ``limit`` acts at once, refilled over ``per_seconds``.

    Bounded to ``max_keys``; the key unused for longest is forgotten, which at worst is generous to it.
    """

    def __init__(
        self,
        *,
        limit: int,
        per_seconds: float,
        max_keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._rate, self._max_keys, self._clock = limit, limit / per_seconds, max_keys, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (tokens, at)
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Take one token.

        Raises:
            TooManyRequests: none is left; says when there is one again.
        """
        moment = self._clock()
        with self._lock:
            tokens, at = self._levels.pop(key, (float(self._limit), moment))
            tokens = min(self._limit, tokens + (moment - at) * self._rate)
            self._levels[key] = (max(tokens - 1, 0) if tokens >= 1 else tokens, moment)
            if len(self._levels) > self._max_keys:
                self._levels.popitem(last=False)
        if tokens < 1:
            raise TooManyRequests(retry_after_seconds=max(1, math.ceil((1 - tokens) / self._rate)))
