"""What keeps one failing system from taking the platform along: circuit breaker and retry budget."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum


class CircuitState(StrEnum):
    """closed: calls pass. open: they are refused at once. half_open: one call tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after ``in_a_row`` failures, or when half of the last 20 calls failed; tries again after a pause.

    The pause doubles from ``pause_seconds`` up to a minute while the trial calls fail. Safe for threads.
    """

    def __init__(
        self,
        *,
        in_a_row: int = 5,
        pause_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_a_row, self._first_pause, self._clock = in_a_row, pause_seconds, clock
        self._lock = threading.Lock()
        self._opened_at: float | None = None
        self._pause = pause_seconds
        self._failures_in_a_row = 0
        self._recent: deque[bool] = deque(maxlen=20)

    @property
    def state(self) -> CircuitState:
        with self._lock:
            if self._opened_at is None:
                return CircuitState.CLOSED
            return CircuitState.OPEN if self._seconds_left(self._opened_at) > 0 else CircuitState.HALF_OPEN

    def admit(self) -> float:
        """Return 0 when the call may go on (``report`` its end), else the seconds until the next trial."""
        with self._lock:
            if self._opened_at is None:
                return 0.0
            left = self._seconds_left(self._opened_at)
            if left > 0:
                return left
            self._opened_at = self._clock()  # this call is the trial; the next waits for another pause
            return 0.0

    def report(self, *, ok: bool) -> None:
        """Note how an admitted call ended."""
        with self._lock:
            if ok:
                if self._opened_at is not None:
                    self._close()
                self._failures_in_a_row = 0
                self._recent.append(True)
                return
            self._failures_in_a_row += 1
            self._recent.append(False)
            if self._opened_at is not None:
                self._pause = min(self._pause * 2, 60.0)
                self._opened_at = self._clock()
            elif self._is_failing():
                self._opened_at = self._clock()

    def _is_failing(self) -> bool:
        half_of_many = len(self._recent) == 20 and sum(self._recent) <= 10
        return half_of_many or self._failures_in_a_row >= self._in_a_row

    def _seconds_left(self, opened_at: float) -> float:
        return max(0.0, opened_at + self._pause - self._clock())

    def _close(self) -> None:
        self._opened_at = None
        self._pause = self._first_pause
        self._failures_in_a_row = 0
        self._recent.clear()


class RetryBudget:
    """Allows one retry for every ``calls`` calls, so that a failing system is not asked twice as often."""

    def __init__(self, *, calls: int = 10, saved_retries: int = 10) -> None:
        self._price, self._most = calls, calls * saved_retries
        self._saved = calls  # the first call may be retried
        self._lock = threading.Lock()

    def note_call(self) -> None:
        """Count a call towards the next retry."""
        with self._lock:
            self._saved = min(self._most, self._saved + 1)

    def take(self) -> bool:
        """Tell whether one retry is allowed, and pay for it."""
        with self._lock:
            if self._saved < self._price:
                return False
            self._saved -= self._price
            return True
