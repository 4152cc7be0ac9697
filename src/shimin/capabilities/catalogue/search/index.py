"""Write the search entries of published versions, and count the terms of all entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from shimin.capabilities.catalogue.search.sounds import initials_of, sound_of, split_pinyin
from shimin.capabilities.catalogue.search.words import is_han, normalise_long, phrase_of, runs, terms_of, words_of

EVERY = "*"
"""A term that is in every entry: its count is the number of entries."""

_WRITE = """
    INSERT INTO catalogue_search_entry (version_id, region_code, effective_from, effective_to, words, name_length)
    VALUES (%s, %s, %s, %s, %s::tsvector, %s)
    ON CONFLICT (version_id) DO UPDATE SET region_code = excluded.region_code, words = excluded.words,
        effective_from = excluded.effective_from, effective_to = excluded.effective_to,
        name_length = excluded.name_length
"""
_FORGET_TERMS = "DELETE FROM catalogue_term"
_COUNT_TERMS = """
    INSERT INTO catalogue_term (term, entry_count, sound, initials)
    SELECT word, ndoc, '', '' FROM ts_stat('SELECT words FROM catalogue_search_entry')
"""
_SOUNDLESS = "SELECT term FROM catalogue_term WHERE length(term) BETWEEN 2 AND 13"
_SOUND = """
    UPDATE catalogue_term t SET sound = s.sound, initials = s.initials
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS s(term, sound, initials) WHERE t.term = s.term
"""
_LONGEST_SOUNDED = 12


@dataclass(frozen=True, slots=True)
class IndexedVersion:
    """A version as the index takes it; ``doc`` needs only a name, the other keys add words."""

    version_id: int
    region_code: str
    effective_from: datetime
    effective_to: datetime | None
    doc: Mapping[str, Any]


def write_entries(versions: Iterable[IndexedVersion]) -> None:
    """Write (or rewrite) the entries of versions. Call ``count_terms`` after the last one."""
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, [_entry(version) for version in versions])


def _entry(version: IndexedVersion) -> tuple[Any, ...]:
    weighed = _weighed_terms(version.doc)
    vector = " ".join(f"'{term}':1{weight}" for term, weight in sorted(weighed.items()))
    length = len("".join(runs(normalise_long(_texts_joined(version.doc["name"])))))
    return version.version_id, version.region_code, version.effective_from, version.effective_to, vector, length


def count_terms(places: Iterable[tuple[str, str]] = ()) -> int:
    """Count the terms of all entries anew, with the sound of each word; return how many terms there are.

    ``places``: names with their pinyin, read as their list says; pypinyin alone reads 长寿区 wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_TERMS)
        cursor.execute(_COUNT_TERMS)
        cursor.execute(_SOUNDLESS)
        spoken = list(_sounds((row[0] for row in cursor.fetchall()), tuple(places)))
        cursor.execute(_SOUND, [list(column) for column in zip(*spoken, strict=True)] if spoken else [[], [], []])
        cursor.execute("SELECT count(*) FROM catalogue_term")
        return int(cursor.fetchone()[0])


def _weighed_terms(doc: Mapping[str, Any]) -> dict[str, str]:
    """Return each term with the best weight it has: A name, B keywords, C summary, D what else people may ask for."""
    weighed: dict[str, str] = {EVERY: "D"}
    rest = [*doc.get("conditions", []), *(about["name"] for about in doc.get("materials", {}).values())]
    rest += [each["q"] for each in doc.get("faq", [])]
    fields = (
        ("D", [*rest, doc.get("agency", {}).get("name", "")]),
        ("C", [doc.get("summary", ""), doc.get("you_get", "")]),
        ("B", doc.get("keywords", [])),
        ("A", [doc["name"]]),
    )
    for weight, texts in fields:
        for text in texts:
            weighed.update(dict.fromkeys(terms_of(_texts_joined(text)), weight))
    for text in doc.get("keywords", []):
        weighed.setdefault(phrase_of(text), "B")
    weighed[phrase_of(_texts_joined(doc["name"]))] = "A"
    return weighed


def _texts_joined(text: Any) -> str:
    """Return a text in all its languages, so that each finds it."""
    return " ".join(text.values()) if isinstance(text, dict) else str(text)


def _sounds(terms: Iterable[str], places: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str, str]]:
    """Yield (term, sound, initials) of Chinese words and whole phrases; pairs of characters are no words."""
    pinyin = _pinyin(places)
    for term in terms:
        bare = term.removeprefix("=")
        if not 2 <= len(bare) <= _LONGEST_SOUNDED or not is_han(bare) or runs(bare) != [bare]:
            continue
        if term == bare and len(bare) == 2 and words_of(bare) != [bare]:
            continue  # a pair of characters, not a word
        syllables = pinyin(bare)
        yield term, sound_of(syllables), initials_of(syllables)


@cache
def _pinyin(places: tuple[tuple[str, str], ...]) -> Any:
    """Return the function from a word to its syllables. Imports pypinyin (+55 MB): publishing only."""
    from pypinyin import Style, lazy_pinyin, load_phrases_dict

    readings = {}
    for name, spelling in places:
        syllables = split_pinyin(spelling)
        if syllables and len(syllables) == len(name) and len(syllables) > 1:
            readings[name] = [[syllable] for syllable in syllables]
    load_phrases_dict(readings, style="tone2")

    def read(word: str) -> list[str]:
        return [syllable.replace("ü", "v") for syllable in lazy_pinyin(word, style=Style.NORMAL, errors="ignore")]

    return read
