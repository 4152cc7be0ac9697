"""What becomes of each capability's rows when two accounts of one person become one (ADR 0083).

A capability says it table by table: which rows go along to the account that stays, what two accounts may not both have,
and which rows stay with the closed account, and why. Rows are moved by the worker and by nobody else; its right to
change the column stands in the capability's migration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NAME = re.compile(r"[a-z_]+")


class Settle(StrEnum):
    """What happens when both accounts have the same thing."""

    KEEP = "keep"  # the one that stays keeps its own; the other's stays with the closed account
    CHOOSE = "choose"  # the person says whose is kept
    FIRST = "first"  # the person has to end one of them first


@dataclass(frozen=True, slots=True)
class Clash:
    """What an account has once: ``columns`` beside the account, among rows for which ``only`` holds.

    ``only`` is SQL with ``{row}`` for the row's name. ``title`` says what it is; ``label`` is SQL for how a person
    tells the two apart. ``way`` says where one of them is ended (for FIRST).
    """

    columns: tuple[str, ...]
    only: str = "true"
    settle: Settle = Settle.KEEP
    title: str = ""
    label: str = "''"
    way: str = ""

    def holds(self, row: str) -> str:
        """Return SQL that tells whether the rule is about a row."""
        return self.only.format(row=row)

    def value(self, row: str) -> str:
        """Return SQL for what an account has once, as one text."""
        return "concat_ws('|', " + ", ".join([f'{row}."{name}"::text' for name in self.columns] or ["''"]) + ")"


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows that go along. ``key`` is SQL that names a row within its account, ``words`` how a person counts them
    ("条消息"; empty: not told). ``behind`` (column, table): rows of a parent that stayed behind stay with it.
    """

    table: str
    words: str = ""
    column: str = "account_id"
    key: str = "id"
    clashes: tuple[Clash, ...] = ()
    behind: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        names = (self.table, self.column, *(name for clash in self.clashes for name in clash.columns))
        if not all(_NAME.fullmatch(name) for name in names):
            raise ValueError(f"{self.table}: a rule names tables and columns")


@dataclass(frozen=True, slots=True)
class Stays:
    """Rows that stay with the closed account, and why."""

    table: str
    why: str
    column: str = "account_id"


@dataclass(frozen=True, slots=True)
class MergePart:
    """One capability's rules. ``after`` mends what points across, once rows went to an account; as the worker.

    ``left`` ends what stayed with the closed account and would go on by itself.
    """

    key: str
    title: str
    moves: tuple[Moves, ...] = ()
    stays: tuple[Stays, ...] = ()
    after: Callable[[int], None] | None = None
    left: Callable[[int, datetime], None] | None = None


_parts: dict[str, MergePart] = {}


def register_merge_part(part: MergePart) -> None:
    """Add a capability's rules, once, when its app starts.

    Raises:
        ValueError: the key is taken.
    """
    if part.key in _parts:
        raise ValueError(f"rules of merging {part.key!r} are registered twice")
    _parts[part.key] = part


def merge_parts() -> tuple[MergePart, ...]:
    """Return all parts, in the order they were registered."""
    return tuple(_parts.values())
