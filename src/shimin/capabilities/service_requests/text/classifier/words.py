"""Cut a message as citizens wrote it into the words the model was trained on."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

import rjieba

MOST_CHARACTERS = 6000
"""Longer messages are read at their beginning and end: what they want stands there."""

_TAIL = 1000


@cache
def stop_words() -> frozenset[str]:
    """Return the words that carry no subject, as the training texts leave them out."""
    text = resources.files(__package__).joinpath("stopwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def fold(text: str) -> str:
    """Return the text in one form: NFKC, without the carriage returns that spreadsheets write as words."""
    short = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - _TAIL] + " " + text[-_TAIL:]
    whole = short.encode("utf-8", "replace").decode()  # half a character pair would stop the cutter
    return unicodedata.normalize("NFKC", whole).replace("_x000D_", " ")


def words_of(text: str) -> list[str]:
    """Return the words of raw text that carry a subject, in order."""
    stop = stop_words()
    return [word for word in rjieba.cut(fold(text), True) if word not in stop and _says_something(word)]


def words_of_tokens(tokens: str) -> list[str]:
    """Return the words of a text that somebody else has cut already (parted by spaces)."""
    return [word for word in fold(tokens).split() if _says_something(word)]


def _says_something(word: str) -> bool:
    """Punctuation, blanks and single ASCII digits say nothing about the subject."""
    return not (len(word) == 1 and (word.isdigit() or unicodedata.category(word)[0] in "PZCS"))
