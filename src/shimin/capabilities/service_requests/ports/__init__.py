"""What reads the words of a request: proposes kind and category, and finds what was asked and answered before.

``service_requests.text`` implements it; without it a request waits for the dispatcher, so nothing is lost (fail-open).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shimin.capabilities.service_requests.domain.kinds import RequestKind


@dataclass(frozen=True, slots=True)
class Choice:
    """One proposed category of the city's tree; ``probability`` is calibrated, 0 to 1."""

    category_code: str
    probability: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text seems to be about: the best category first. Empty ``choices``: nothing can be said."""

    kind: RequestKind | None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: any part may be missing."""

    address: str = ""
    region_code: str = ""
    lng: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """An open request or a published answer like the given text; ``score`` is 0 to 1. ``answer`` may be empty."""

    request_id: int
    number: str
    title: str
    place: str
    filed_at: datetime
    score: float
    answer: str = ""


class TextReader(Protocol):
    """Reads words as citizens write them. Pure apart from ``find_similar``; never opens a socket."""

    def suggest(self, text: str, *, city_code: str) -> Suggestion:
        """Propose kind and category."""

    def find_similar(self, text: str, place: Place, *, city_code: str, now: datetime) -> Sequence[Similar]:
        """Return what resembles the text, the most alike first; for page and worker, in the caller's scope."""


class _NoReader:
    """Says nothing about any text."""

    def suggest(self, text: str, *, city_code: str) -> Suggestion:
        return Suggestion(None)

    def find_similar(self, text: str, place: Place, *, city_code: str, now: datetime) -> Sequence[Similar]:
        return ()


_reader: TextReader = _NoReader()


def set_text_reader(reader: TextReader | None) -> None:
    """Connect what reads texts (None: nothing); an app does this when it starts, tests pass a fake."""
    global _reader
    _reader = reader or _NoReader()


def get_text_reader() -> TextReader:
    """Return what reads texts."""
    return _reader
