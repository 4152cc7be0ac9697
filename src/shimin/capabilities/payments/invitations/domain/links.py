"""What an invitation's link holds, what it may be for, and what it says of it: nothing about a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from shimin.capabilities.payments.billing.public import KIND, TOP_UP_KIND
from shimin.kernel.errors import InvalidInput

SHAREABLE = frozenset({KIND, TOP_UP_KIND})
"""Bills and top-ups. A fine says what somebody did, a payment notice has a code of its own: neither is passed on."""
LIFETIMES = {"1": timedelta(days=1), "3": timedelta(days=3), "7": timedelta(days=7)}
LIFETIME_WORDS = {"1": "1天", "3": "3天", "7": "7天"}
MOST_OPEN = 20
MOST_LINES = 20
# "水费 2026年10月（户号尾号0008，含违约金）": what is in brackets tells of the account.
_BRACKETS = re.compile(r"（[^（）]*尾号[^（）]*）")


def public_title(title: str) -> str:
    """Return a debt's title without what it tells of an account or a card."""
    bare = _BRACKETS.sub("", title)
    return bare if "尾号" not in bare else bare.split("尾号", 1)[0].rstrip("，, （")


def title_of(titles: Sequence[str]) -> str:
    """Return what an invitation is for, in one line."""
    first = public_title(titles[0])
    return first if len(titles) == 1 else f"{first}等{len(titles)}笔"


def check_wish(lines: Sequence[tuple[str, str]], days: str) -> timedelta:
    """Check what an invitation is asked for and return how long it lasts.

    Raises:
        InvalidInput: nothing, too much, something twice, something that is not passed on, or no such lifetime.
    """
    if not 1 <= len(lines) <= MOST_LINES or len(set(lines)) != len(lines):
        raise InvalidInput(fields={"debt": f"请选择 1 到 {MOST_LINES} 笔，每笔一次。"})
    if any(kind not in SHAREABLE for kind, _ in lines):
        raise InvalidInput(fields={"debt": "这一项不能请人代付：它会让别人知道您的私事。"})
    if days not in LIFETIMES:
        raise InvalidInput(fields={"days": "请选择链接多久有效。"})
    return LIFETIMES[days]
