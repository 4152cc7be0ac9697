"""Open requests and published answers that resemble a text: the newest of a city, compared word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import connection

from shimin.capabilities.service_requests.ports import Place, Similar
from shimin.capabilities.service_requests.queries.insults import mask_for_others
from shimin.capabilities.service_requests.text.classifier.words import words_of

LOOK_BACK = timedelta(days=90)
MOST_COMPARED, MOST_SHOWN = 200, 3
# Tuned by hand on invented pairs, not measured: two texts about one lamp share a third of their words.
ALIKE_FROM = 0.22
_READ = 400


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What the database says of a request that strangers may see."""

    request_id: int
    number: str
    title: str
    words: str
    address: str
    region_code: str
    category: str
    filed_at: datetime
    answer: str
    reporters: int


def find_similar(text: str, place: Place, *, city_code: str, now: datetime) -> Sequence[Similar]:
    """Return up to three requests like the text, the most alike first. One statement, in the caller's scope."""
    wanted = _words_in(f"{text[:_READ]} {place.address}")  # not remembered: it may never be filed
    if len(wanted) < 2:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM service_requests_candidates(%s, %s, %s)", [city_code, now - LOOK_BACK, MOST_COMPARED]
        )
        candidates = [_Candidate(*row) for row in cursor.fetchall()]
    scored = [(_likeness(wanted, _words(f"{each.words} {each.address}")), each) for each in candidates]
    best = sorted((pair for pair in scored if pair[0] >= ALIKE_FROM), key=lambda pair: -pair[0])[:MOST_SHOWN]
    return [
        Similar(
            request_id=each.request_id, number=each.number, title=mask_for_others(each.title),
            place=mask_for_others(each.address), filed_at=each.filed_at, score=round(score, 3),
            answer=mask_for_others(each.answer),
        )
        for score, each in best
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Return the words of a request that is filed: the same two hundred are compared again and again."""
    return _words_in(text)


def _words_in(text: str) -> frozenset[str]:
    return frozenset(word for word in words_of(text) if len(word) > 1)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return shared words over the words of the shorter text and half of the longer: lengths differ much."""
    if not one or not other:
        return 0.0
    shorter, longer = sorted((len(one), len(other)))
    return len(one & other) / (0.5 * shorter + 0.5 * longer)
