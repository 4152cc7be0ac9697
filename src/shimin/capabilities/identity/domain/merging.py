"""Pure rules of merging two accounts of one person."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import StrEnum

UNDO_WITHIN = timedelta(days=7)
TICKET_LIFETIME = timedelta(minutes=30)  # time to read the list, and to end what has to be ended first


class MergeState(StrEnum):
    """A merge can be undone while it cools; then it is sealed."""

    COOLING = "cooling"
    UNDONE = "undone"
    SEALED = "sealed"


STATE_WORDS = {
    MergeState.COOLING: ("amber", "已合并，还可以撤销"),
    MergeState.UNDONE: ("grey", "已撤销"),
    MergeState.SEALED: ("green", "已合并，不能再撤销"),
}


class MergedBy(StrEnum):
    """Who joined two accounts, or took them apart: the one that stays, or the other one's phone."""

    OWNER = "owner"
    OTHER = "other"


MERGED_BY_WORDS = {
    MergedBy.OWNER: "本人在网上",
    MergedBy.OTHER: "被合并的手机号",
}


def clash_key(table: str, value: str) -> str:
    """Return the name of one clash in a form: the same for the page that offers it and the worker that settles it."""
    return hashlib.sha256(f"{table}\0{value}".encode()).hexdigest()[:16]
