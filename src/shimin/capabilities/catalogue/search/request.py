"""Read what a person typed: the terms it holds, the synonyms staff taught, the sounds and initials it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shimin.capabilities.catalogue.search.sounds import sound_of, split_pinyin, syllables_of
from shimin.capabilities.catalogue.search.words import (
    bigrams_of,
    is_han,
    normalise,
    phrase_of,
    runs,
    strip_around,
    words_of,
)

WORD, PAIR, PHRASE, MEANT, MEANT_PAIR = 1.0, 0.45, 1.6, 1.0, 0.4
HEARD, HEARD_TYPED, BEGUN = 0.7, 1.0, 0.8
_SOUND_WINDOW = range(2, 7)
_INITIALS_WINDOW = range(2, 9)


@dataclass(slots=True)
class Asked:
    """A request ready for the index. Weights say how much each reading is trusted."""

    text: str
    bare: str
    terms: dict[str, float] = field(default_factory=dict)
    sounds: dict[str, tuple[str, float]] = field(default_factory=dict)  # sound -> (as typed, weight)
    initials: dict[str, float] = field(default_factory=dict)
    synonyms: list[str] = field(default_factory=list)

    def add(self, term: str, weight: float) -> None:
        self.terms[term] = max(weight, self.terms.get(term, 0.0))


def read_request(text: str, synonyms: Iterable[tuple[str, str]] = (), here: Sequence[str] = ()) -> Asked:
    """Return the request in all its readings. ``here``: names of the place the person is in, which say nothing new."""
    asked = Asked(text=normalise(text), bare="")
    asked.bare = _without(strip_around(asked.text), here)
    _add_terms(asked, asked.bare, WORD, PAIR)
    for run in runs(asked.bare):
        _add_sounds(asked, run)
    whole = "".join(runs(asked.bare))
    for said, meant in synonyms:
        if said in asked.text or said in whole:
            asked.synonyms.append(meant)
            _add_terms(asked, normalise(meant), MEANT, MEANT_PAIR)
    return asked


def _without(text: str, names: Sequence[str]) -> str:
    bare = text
    for name in sorted(names, key=len, reverse=True):
        bare = bare.replace(name, " ")
    return " ".join(bare.split()) if runs(bare) else text


def _add_terms(asked: Asked, text: str, word_weight: float, pair_weight: float) -> None:
    if not runs(text):
        return
    asked.add(phrase_of(text), PHRASE)
    for run in runs(text):
        if not is_han(run):
            asked.add(run, word_weight)
            continue
        for pair in bigrams_of(run):
            asked.add(pair, pair_weight)
        for word in words_of(run):
            asked.add(word, word_weight if len(word) > 1 else pair_weight / 2)


def _add_sounds(asked: Asked, run: str) -> None:
    """Note every stretch of syllables, so that a word that sounds like it can be found in the index."""
    if is_han(run):
        for at, part in _windows(run, _SOUND_WINDOW):
            syllables = syllables_of(part)
            if syllables is not None:
                asked.sounds.setdefault(sound_of(syllables), (run[at : at + len(part)], HEARD))
        return
    if not run.isalpha():
        return
    syllables = split_pinyin(run)
    if syllables is not None and len(syllables) > 1:
        for length in _SOUND_WINDOW:
            for at in range(len(syllables) - length + 1):
                stretch = syllables[at : at + length]
                weight = HEARD_TYPED * length / len(syllables)
                asked.sounds.setdefault(sound_of(stretch), ("".join(stretch), weight))
    for _, part in _windows(run, _INITIALS_WINDOW):
        share = len(part) / len(run)
        asked.initials[part] = max(BEGUN * share * share, asked.initials.get(part, 0.0))


def _windows(run: str, lengths: range) -> Iterator[tuple[int, str]]:
    for length in lengths:
        for at in range(len(run) - length + 1):
            yield at, run[at : at + length]
