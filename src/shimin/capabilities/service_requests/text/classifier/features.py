"""Turn words into hashed features, the same way for training and for scoring.

Five views of a message, each with a hash space of its own, so that what the first words say counts more:
runs of 1–3 characters inside words, runs of 2–3 characters across words, words, and the first view
once more over the first 12 and the first 25 words (where the subject line stands).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BUCKET_BITS = 19
BUCKETS = 1 << BUCKET_BITS

Indices = NDArray[np.int64]
Weights = NDArray[np.float32]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_SHIFT = np.uint64(64 - BUCKET_BITS)
_BLANK = 32


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a message. ``weight`` is its share beside the others."""

    name: str
    salt: int
    weight: float


INSIDE, ACROSS, WORDS, FIRST_12, FIRST_25 = VIEWS = (
    View("inside", 1, 1.0),
    View("across", 2, 1.0),
    View("words", 3, 1.0),
    View("first_12", 4, 0.5),
    View("first_25", 5, 0.5),
)


def views_of(words: Sequence[str]) -> tuple[Indices, ...]:
    """Return the buckets of each view, with repetitions, in the order of ``VIEWS``."""
    return (
        _runs_inside(words, INSIDE.salt),
        _runs_across(words, ACROSS.salt),
        _whole_words(words, WORDS.salt),
        _runs_inside(words[:12], FIRST_12.salt),
        _runs_inside(words[:25], FIRST_25.salt),
    )


def counted(buckets: Indices) -> tuple[Indices, Weights]:
    """Return each bucket once with 1 + ln(its count)."""
    unique, counts = np.unique(buckets, return_counts=True)
    return unique, (1.0 + np.log(counts)).astype(np.float32)


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _hashed(codes: NDArray[np.uint64], length: int, salt: int) -> NDArray[np.uint64]:
    """Return a hash for each run of ``length`` neighbouring codes (Fibonacci hashing, wraps at 64 bits)."""
    seed = (salt * 31 + length) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    value = np.full(max(len(codes) - length + 1, 0), seed, dtype=np.uint64)
    for at in range(length):
        value = (value ^ codes[at : at + len(value)]) * _STEP
        value ^= value >> np.uint64(29)
    return (value * _MIX) >> _SHIFT


def _runs_inside(words: Sequence[str], salt: int) -> Indices:
    codes = _codes(" " + " ".join(words) + " ")
    blank = codes == _BLANK
    singles = _hashed(codes, 1, salt)[~blank]
    pairs = _hashed(codes, 2, salt)
    triples = _hashed(codes, 3, salt)[~blank[1:-1]]
    return np.concatenate((singles, pairs, triples)).astype(np.int64)


def _runs_across(words: Sequence[str], salt: int) -> Indices:
    codes = _codes("".join(words))
    return np.concatenate((_hashed(codes, 2, salt), _hashed(codes, 3, salt))).astype(np.int64)


def _whole_words(words: Sequence[str], salt: int) -> Indices:
    hashes = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words]
    return _hashed(np.array(hashes, dtype=np.uint64), 1, salt).astype(np.int64)
