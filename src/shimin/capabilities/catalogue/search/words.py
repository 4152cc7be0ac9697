"""Cut Chinese into search terms, the same way for what is published and for what people type.

Importing this loads the segmenter (rjieba, +33 MB); pinyin needs only the small table of ``search.sounds``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import rjieba

LONGEST_REQUEST = 64

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af〇"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+")
_IS_HAN = re.compile(rf"[{_HAN}]")

# What people say around the thing they want. Longest first, so that 怎么办理 goes before 怎么.
_AROUND = """
    怎么办理 如何办理 怎么办 怎么样 怎么弄 怎么搞 怎么查 在哪里 在哪儿 去哪里 去哪儿 是什么 为什么 什么时候 多长时间
    多少钱 多少天 要什么 有什么 需要什么 能不能 可不可以 可以吗 行不行 有没有 是不是 请问一下 请问 我想要 我想 我要
    我的 帮我 给我 麻烦 想要 需要 怎么 如何 哪里 哪儿 什么 一下 可以 应该 谢谢 你好 您好 咨询 求助
"""
_AROUND_PATTERN = re.compile("|".join(sorted(_AROUND.split(), key=len, reverse=True)))
_PARTICLES = frozenset("的了吗呢吧啊呀么我你他她它想要去在是有和与跟把被给让到从对个这那也都还就又很")


def normalise(text: str) -> str:
    """Return the text in one form: NFKC, lower case, single spaces, at most 64 characters, no control characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    clean = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in folded)
    return " ".join(clean.split())[:LONGEST_REQUEST]


def strip_around(text: str) -> str:
    """Return the request without the polite words around it, unless nothing would be left."""
    bare = " ".join(_AROUND_PATTERN.sub(" ", text).split())
    return bare if _RUN.search(bare) else text


def runs(text: str) -> list[str]:
    """Return the runs of Chinese characters and of Latin letters and digits in normalised text."""
    return _RUN.findall(text)


def is_han(run: str) -> bool:
    """Tell whether a run is Chinese."""
    return bool(_IS_HAN.match(run))


def words_of(run: str) -> list[str]:
    """Return the words of a Chinese run, compounds and their parts, without particles."""
    return [word for word in rjieba.cut_for_search(run, True) if word not in _PARTICLES]


def bigrams_of(run: str) -> Iterator[str]:
    """Yield the pairs of neighbouring characters: they match where two segmentations differ."""
    for at in range(len(run) - 1):
        yield run[at : at + 2]


def terms_of(text: str) -> set[str]:
    """Return every term under which ``text`` can be found: words, pairs of characters, Latin words and numbers."""
    found: set[str] = set()
    for run in runs(normalise_long(text)):
        if is_han(run):
            found.update(words_of(run), bigrams_of(run))
        else:
            found.add(run)
    return found


def phrase_of(text: str) -> str:
    """Return a whole phrase as one term ("=罚单"), so that asking exactly for it counts most."""
    return "=" + "".join(runs(normalise_long(text)))


def normalise_long(text: str) -> str:
    """Return ``text`` folded like a request, but at its full length."""
    return unicodedata.normalize("NFKC", text).lower()
