"""What a service folder declares in ``pay.yaml``: which records of a look-up are debts, and who is told of payments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shimin.kernel import clock

KEY = "pay"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NOT_OPEN = "这一笔现在不能在网上缴。"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DebtRule:
    """How a record becomes a debt. ``look_up`` is an item of the same agency; all others are names of its fields.

    A record is open when its ``state`` is in ``open``; ``closed`` has the words for the other states.
    ``report`` and ``reverse`` are acts of the look-up's system, ``param`` is the name under which they take ``ref``.
    """

    button: str
    look_up: str
    view: str
    ref: str
    title: str
    details: tuple[str, ...]
    amount: str
    due: str
    state: str
    open: frozenset[str]
    closed: Mapping[str, str]
    item_code: str
    report: str
    reverse: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the record that the rule reads."""
        named = (self.ref, self.amount, self.due, self.state, *self.details, *_PLACEHOLDER.findall(self.title))
        return tuple(dict.fromkeys(name for name in named if name))

    def find(self, records: tuple[Row, ...], ref: str) -> Row | None:
        """Return the record of a reference."""
        return next((row for row in records if str(row[self.ref]) == ref), None)

    def closed_words(self, row: Row) -> str:
        """Say why a record cannot be paid; empty while it can."""
        state = str(row[self.state])
        if state not in self.open:
            return self.closed.get(state, _NOT_OPEN)
        return "" if int(row[self.amount]) > 0 else _NOT_OPEN

    def title_of(self, row: Row) -> str:
        """Return what is paid, in words."""
        return _PLACEHOLDER.sub(lambda place: str(row[place[1]]), self.title)

    def due_at(self, row: Row) -> datetime | None:
        """Return the end of the last day to pay, where there is one."""
        text = row[self.due] if self.due else None
        if text is None:
            return None
        return datetime.combine(date.fromisoformat(str(text)) + timedelta(days=1), time.min, clock.CHINA)


def parse_pay(part: Mapping[str, Any]) -> DebtRule:
    """Read a block that agrees with ``schemas/pay.schema.json``."""
    debts, settle = part["debts"], part["settle"]
    return DebtRule(
        button=part["button"], look_up=debts["look_up"], view=debts["view"], ref=debts["ref"], title=debts["title"],
        details=tuple(debts.get("details", ())), amount=debts["amount"], due=debts.get("due", ""),
        state=debts["state"], open=frozenset(debts["open"]), closed=dict(debts.get("closed", {})),
        item_code=settle["item_code"], report=settle["report"], reverse=settle["reverse"],
    )  # fmt: skip
