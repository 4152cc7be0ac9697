"""Pure rules of people's rights about their data: which there are, how long an answer may take."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from shimin.kernel.calendar.deadlines import Deadline, Unit


class Right(StrEnum):
    """What somebody asks for. Seeing, taking along, withdrawing consent and closing need nobody's answer.

    Source: PIPL 44 (restrict, object), 46 (correct, complete), 49 (kin of the deceased), 50 (answer, reasons).
    """

    CORRECT = "correct"
    OBJECT = "object"
    KIN = "kin"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Right.CORRECT: "更正或补充",
    Right.OBJECT: "反对或限制使用",
    Right.KIN: "已故亲属的信息",
}


class RightState(StrEnum):
    """A request is open until it is answered, or its owner takes it back."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        return _STATES[self]


_STATES = {
    RightState.OPEN: "办理中",
    RightState.GRANTED: "已办结",
    RightState.REFUSED: "没有同意",
    RightState.WITHDRAWN: "您已撤回",
}

# GB/T 35273-2020 8.7 allows thirty days; a city that promises working days promises less.
ANSWER_WITHIN = Deadline(15, Unit.WORKDAY)
LEAST_WORDS, MOST_WORDS = 4, 1_000
MOST_OPEN = 5
RELATIONS = ("配偶", "父母", "子女", "兄弟姐妹", "祖父母、外祖父母", "孙子女、外孙子女")


def light_of(state: RightState, due_at: datetime, warned_at: datetime, now: datetime) -> str:
    """Return the light: grey once it is over, red after its day, amber in its last working days."""
    if state is not RightState.OPEN:
        return "grey"
    if now >= due_at:
        return "red"
    return "amber" if now >= warned_at else "green"
