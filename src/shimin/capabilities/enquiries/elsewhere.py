"""Readings that another capability keeps the log of: shown beside the access log, on the same page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class OtherReading:
    """One line: who was told what, why, when (the last time)."""

    who: str
    why: str
    told: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class OtherReadings:
    """A log kept elsewhere. ``url`` is the name of the page with all of it; ``latest`` returns the newest lines."""

    title: str
    url: str
    latest: Callable[[Actor], Sequence[OtherReading]]


_logs: dict[str, OtherReadings] = {}


def register_other_readings(*, title: str, url: str, latest: Callable[[Actor], Sequence[OtherReading]]) -> None:
    """Add a log to the page "who read my data"; the same address again takes the earlier one's place."""
    _logs[url] = OtherReadings(title, url, latest)


def other_readings(actor: Actor) -> list[tuple[OtherReadings, Sequence[OtherReading]]]:
    """Return the logs that have something to say about the actor."""
    return [(log, lines) for log in _logs.values() if (lines := log.latest(actor))]
