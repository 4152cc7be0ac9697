"""Words that insult: a request with them is taken like any other, officers may fold them, others never read them.

The list is ``data/insults.csv``, or a city's own file of the name in SHIMIN_RULES_DIR: a word a line, and expressions
in which it is harmless. It finds abuse, not anger: hard judgements of what somebody did (无耻, 骗子, 贪官, 黑心, 流氓)
are part of a complaint. It does not find dialect, new spellings, irony, or words that mostly mean something else (弱智,
垃圾, 走狗).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shimin.kernel.errors import InvalidInput

FILE_NAME = "insults.csv"
SHIPPED = Path(__file__).parents[1] / "data" / FILE_NAME
_COLUMNS = ("word", "unless")
_SHORTEST = 2
# What people put between the characters so that no list finds them; no comma or full stop, where another phrase begins.
_BETWEEN = r"[ \t*＊.·•_~\-\u200b-\u200d\ufeff]{0,2}"


class InsultsUnreadable(ValueError):
    """The file holds no list; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Insults:
    """A compiled list."""

    words: re.Pattern[str]
    harmless: re.Pattern[str] | None

    @classmethod
    def of(cls, rows: Iterable[tuple[str, Iterable[str]]]) -> Insults:
        """Return the list of (word, expressions in which it is harmless)."""
        listed = [(_fold(word), [_fold(each) for each in unless]) for word, unless in rows]
        words = sorted({word for word, _ in listed}, key=lambda word: (-len(word), word))
        harmless = sorted({each for _, unless in listed for each in unless}, key=lambda each: (-len(each), each))
        return cls(
            re.compile("|".join(map(_form, words))),
            re.compile("|".join(map(re.escape, harmless))) if harmless else None,
        )

    def found_in(self, text: str) -> tuple[str, ...]:
        """Return the insults in a text as they are written there, each once."""
        return tuple(dict.fromkeys(text[start:end] for start, end in self._spans(text)))

    def mask(self, text: str) -> str:
        """Return the text with each insult as asterisks, as long as before."""
        for start, end in self._spans(text):
            text = text[:start] + "*" * (end - start) + text[end:]
        return text

    def require_none(self, text: str) -> None:
        """Refuse what an officer writes to people.

        Raises:
            InvalidInput: it insults.
        """
        found = self.found_in(text)
        if found:
            raise InvalidInput(
                fields={
                    "words": f"里面有骂人的话（{'、'.join(found[:3])}）。再着急也请换个说法；"
                    "要转述别人的原话，可以写成“对方说了骂人的话”。"
                }
            )

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        folded = _fold(text)
        spared = [found.span() for found in self.harmless.finditer(folded)] if self.harmless else []
        for found in self.words.finditer(folded):
            start, end = found.span()
            if not any(left <= start and end <= right for left, right in spared):
                yield start, end


def read_insults(path: Path) -> Insults:
    """Return the list of a file.

    Raises:
        InsultsUnreadable: it is missing, has another head, or a word of less than two characters.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise InsultsUnreadable(f"{path}, line 1: the head must be {','.join(_COLUMNS)}.")
            rows = [((row["word"] or "").strip(), (row["unless"] or "").split()) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InsultsUnreadable(f"{path}: {error}") from None
    for line, (word, unless) in enumerate(rows, 2):
        if len(word) < _SHORTEST or any(_fold(word) not in _fold(each) for each in unless):
            raise InsultsUnreadable(
                f"{path}, line {line}: a word has two characters or more, and stands in each expression beside it."
            )
    if not rows:
        raise InsultsUnreadable(f"{path}: no words.")
    return Insults.of(rows)


def _form(word: str) -> str:
    """Return the pattern of a word; letters at its ends begin and end a word of letters, as "sb" in "sbs" does not."""
    before = r"(?<![a-z0-9])" if word[0].isascii() else ""
    after = r"(?![a-z0-9])" if word[-1].isascii() else ""
    return before + _BETWEEN.join(map(re.escape, word)) + after


def _fold(text: str) -> str:
    """Return the text in one width and case, every character in its place."""
    return "".join(map(_fold_one, text)) if not text.isascii() else text.lower()


def _fold_one(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower() if not "\u4e00" <= character <= "\u9fff" else character
    return plain if len(plain) == 1 else character
