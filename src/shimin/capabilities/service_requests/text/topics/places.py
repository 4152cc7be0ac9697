"""Which places, estates, schools and firms a text names: by how such names end and what stands before the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources

import rjieba

from shimin.capabilities.service_requests.text.classifier.words import fold

_ENDS = re.compile(
    r".*(?:小区|社区|花园|家园|公寓|新城|之城|广场|大厦|公园|学院|大学|中学|小学|一中|二中|三中|四中|幼儿园|医院|市场|酒店|商城|影城|名邸"
    r"|[苑邸庭园湾滩城]|华府|物流园|公司|集团|街道|大道|路|街|村|搅拌站|汽车站|[东西南北]站|号线)"
)
# Kinds of words a name may consist of (jieba's tags): nouns, names, abbreviations, letters, numbers, attributes.
_NAMING = re.compile(r"n.*|j|eng|m|b|a|f|s|i|l|q|x")
_MASK = re.compile(r"^(?:西地省)?(?:[A-Z]?\d{0,2}[省市州区县])*")
_GENERIC_END = re.compile(r"(?<=..)(?:小区|社区|楼盘|[一二三四五六七八九十]期)$")
_LEAST, _MOST = 3, 12
_WORDS_BEFORE = 3


def names_in(text: str) -> Counter[str]:
    """Return the names of a text with how often each stands in it, without the masks of cities and districts."""
    found: Counter[str] = Counter()
    words: list[tuple[str, str]] = rjieba.tag(fold(text))
    for at, (word, _) in enumerate(words):
        if not _ENDS.fullmatch(word):
            continue
        start = at
        while start > 0 and at - start < _WORDS_BEFORE and _may_belong(*words[start - 1]):
            start -= 1
        name = _plain("".join(each for each, _ in words[start : at + 1]))
        if _LEAST <= len(name) <= _MOST and name not in _common():
            found[name] += 1
    return found


@cache
def _common() -> frozenset[str]:
    """Return what is said of any place, so is no place's name."""
    return frozenset(resources.files(__package__).joinpath("common_names.txt").read_text(encoding="utf-8").split())


def commonest(names: Iterable[Counter[str]]) -> str:
    """Return the name that most of the texts share, the one said more often among equals.

    "" when fewer than a third of them share one: they speak of no one place.
    """
    texts: Counter[str] = Counter()
    said: Counter[str] = Counter()
    count = 0
    for each in names:
        texts.update(each.keys())
        said.update(each)
        count += 1
    name = max(texts, key=lambda name: (texts[name], said[name], name), default="")
    return name if texts[name] * 3 >= count else ""


def _may_belong(word: str, tag: str) -> bool:
    return word == "之" or (_NAMING.fullmatch(tag) is not None and not re.fullmatch(r"\W+", word))


def _plain(name: str) -> str:
    return _GENERIC_END.sub("", _MASK.sub("", name))
