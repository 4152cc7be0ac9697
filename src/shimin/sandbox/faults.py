"""Fault switches: how tests and demonstrations make a department slow, wrong or absent."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from .problems import Problem

FIBONACCI_SHARE = 0.618_033_988_75
"""Its multiples fill the unit interval evenly: jitter without a random generator."""


@dataclass(frozen=True, slots=True)
class Faults:
    """The switches; all off by default. rate is the share of requests they touch, spread evenly by a counter."""

    delay_ms: int = 0
    delay_jitter_ms: int = 0
    status: int | None = None
    garbage: bool = False
    wrong_schema: bool = False
    wrong_signature: bool = False
    stale_answer: bool = False
    drop: bool = False
    hang: bool = False
    lose_outcome: bool = False  # an act is done, its answer never comes
    throttle_per_s: int | None = None
    day_file_missing: int = 0  # so many lines of a biller's day file are left out, wrong, or invented
    day_file_wrong: int = 0
    day_file_extra: int = 0
    day_file_broken: bool = False
    rate: float = 1.0


OFF = Faults()


def parse_faults(body: bytes) -> Faults:
    """Read switches; those not named are off.

    Raises:
        Problem: 422 naming the switch that is unknown or wrong.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed", "The body is not JSON in UTF-8.", field="body") from None
    if not isinstance(document, dict):
        raise Problem(400, "malformed", "The body is not an object.", field="body")
    known = {field.name for field in fields(Faults)}
    for name, value in document.items():
        if name not in known or not _fits(name, value):
            raise Problem(422, "wrong_parameter", f"{name} is not a fault switch, or cannot be {value!r}.", field=name)
    return Faults(**document)


def _fits(name: str, value: object) -> bool:
    match name:
        case "delay_ms" | "delay_jitter_ms":
            return type(value) is int and 0 <= value <= 600_000
        case "status":
            return value in (None, 500, 503)
        case "throttle_per_s":
            return value is None or (type(value) is int and 0 <= value <= 1_000_000)
        case "day_file_missing" | "day_file_wrong" | "day_file_extra":
            return type(value) is int and 0 <= value <= 1_000
        case "rate":
            return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]
        case _:
            return type(value) is bool


class FaultSwitch:
    """The switches of one department, and the count of requests since they were last set."""

    def __init__(self, base_delay_ms: int = 0) -> None:
        self._base_delay_ms = base_delay_ms
        self._faults = OFF
        self._count = 0
        self._window = -1
        self._in_window = 0

    def set(self, faults: Faults) -> None:
        """Replace the switches and begin counting anew."""
        self._faults = faults
        self._count = 0
        self._window = -1

    def describe(self) -> dict[str, Any]:
        """Show the switches as they stand."""
        return asdict(self._faults)

    def next(self) -> tuple[Faults, float]:
        """Count a request; give the faults that touch it and its delay in seconds."""
        faults = self._faults
        if faults is OFF:
            return OFF, self._base_delay_ms / 1000
        self._count += 1
        if int(self._count * faults.rate) == int((self._count - 1) * faults.rate):
            return OFF, self._base_delay_ms / 1000
        jitter_ms = faults.delay_jitter_ms * (self._count * FIBONACCI_SHARE % 1)
        return faults, (self._base_delay_ms + faults.delay_ms + jitter_ms) / 1000

    def is_throttled(self, faults: Faults, *, now: float) -> bool:
        """Count a request against the limit per second; now is in seconds of a steady clock."""
        if faults.throttle_per_s is None:
            return False
        if int(now) != self._window:
            self._window, self._in_window = int(now), 0
        self._in_window += 1
        return self._in_window > faults.throttle_per_s
