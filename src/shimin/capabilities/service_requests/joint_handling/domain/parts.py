"""The one table of a part's steps: what a co-handling agency was asked for, from asking to its contribution.

``docs/reference/joint-handling.md`` is rendered from it; operations ask it and decide nothing of their own.

Source: domain.md §3 (首接负责, 主办 and 协办, 24 h for a return).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.kernel.calendar import WorkingCalendar
from shimin.kernel.calendar.deadlines import Deadline, Unit
from shimin.kernel.errors import Conflict

RESPOND_WITHIN = Deadline(1, Unit.WORKDAY)
MOST_CO_HANDLERS = 8
MOST_DAYS = 30
DAYS = 3


class PartState(StrEnum):
    """Where a co-handler's part stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GIVEN = "given"
    WAIVED = "waived"
    DROPPED = "dropped"
    ENDED = "ended"


PART_WORDS = {
    PartState.ASKED: "等协办部门接受",
    PartState.ACCEPTED: "协办中",
    PartState.DECLINED: "不协办，等派单员定",
    PartState.GIVEN: "意见已交",
    PartState.WAIVED: "牵头部门说明了理由，不等它",
    PartState.DROPPED: "派单员定了，不要它协办",
    PartState.ENDED: "随诉求结束",
}
# How citizens read it; the others they need not know.
CITIZEN_WORDS = {
    PartState.ASKED: "已请它协办，等它接受",
    PartState.ACCEPTED: "正在协办",
    PartState.DECLINED: "由谁协办，正在协调",
    PartState.GIVEN: "已把意见交给牵头部门",
    PartState.WAIVED: "牵头部门没有等它的意见",
}
OPEN_PARTS = (PartState.ASKED, PartState.ACCEPTED, PartState.DECLINED)
# While the request is with an agency, these let a co-handler read it.
LENT_PARTS = (*OPEN_PARTS, PartState.GIVEN)
LENT_STATES = (
    RequestState.DISPATCHED,
    RequestState.IN_PROGRESS,
    RequestState.SUSPENDED,
    RequestState.IN_REVIEW,
    RequestState.RETURNED,
)


class PartAction(StrEnum):
    """What can be done to a part."""

    ASK = "ask"
    ACCEPT = "accept"
    DECLINE = "decline"
    GIVE = "give"
    SHOW_PHOTOS = "show_photos"
    WAIVE = "waive"
    INSIST = "insist"
    DROP = "drop"
    URGE = "urge"
    END = "end"


class PartWho(StrEnum):
    """Who may take a step. ``LEAD``: an officer of the agency that has the request."""

    LEAD = "lead"
    CO_HANDLER = "co_handler"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


P, W = PartState, PartWho


@dataclass(frozen=True, slots=True)
class PartStep:
    """One row; ``to`` None: the state stays."""

    action: PartAction
    words: str
    start: tuple[PartState, ...]
    to: PartState | None
    who: tuple[PartWho, ...]
    needs_words: bool = False


TABLE = (
    PartStep(PartAction.ASK, "请部门协办", (), P.ASKED, (W.LEAD, W.DISPATCHER), True),
    PartStep(PartAction.ACCEPT, "接受协办", (P.ASKED,), P.ACCEPTED, (W.CO_HANDLER,)),
    PartStep(PartAction.DECLINE, "不协办", (P.ASKED,), P.DECLINED, (W.CO_HANDLER,), True),
    PartStep(PartAction.GIVE, "交协办意见", (P.ACCEPTED,), P.GIVEN, (W.CO_HANDLER,), True),
    PartStep(PartAction.SHOW_PHOTOS, "协办的照片给市民看", (P.GIVEN,), None, (W.LEAD,)),
    PartStep(PartAction.WAIVE, "不等它的意见", OPEN_PARTS, P.WAIVED, (W.LEAD,), True),
    PartStep(PartAction.INSIST, "定由它协办", (P.DECLINED,), P.ACCEPTED, (W.DISPATCHER,), True),
    PartStep(PartAction.DROP, "不要它协办", (P.DECLINED,), P.DROPPED, (W.DISPATCHER,), True),
    PartStep(PartAction.URGE, "催办", (P.ASKED, P.ACCEPTED), None, (W.LEAD, W.SUPERVISOR, W.SYSTEM), True),
    PartStep(PartAction.END, "随诉求结束", OPEN_PARTS, P.ENDED, (W.SYSTEM,)),
)
_BY_ACTION = {step.action: step for step in TABLE}


class PartStepRefused(Conflict):
    """The part is not in a state that the step starts from."""

    code = "request_part_step_refused"
    message = "协办的状态已经变化，这一步做不了。"
    mend = "请刷新页面，看看现在到了哪一步。"


def part_step(action: PartAction) -> PartStep:
    """Return the row of an action."""
    return _BY_ACTION[action]


def part_step_from(action: PartAction, state: PartState) -> PartStep:
    """Return the row of an action that starts from ``state``.

    Raises:
        PartStepRefused: the table has none.
    """
    step = _BY_ACTION[action]
    if state not in step.start:
        raise PartStepRefused(f"这份协办现在是“{PART_WORDS[state]}”，不能“{step.words}”。")
    return step


def part_actions(state: PartState, who: PartWho) -> tuple[PartAction, ...]:
    """Return what ``who`` may do from ``state``."""
    return tuple(step.action for step in TABLE if state in step.start and who in step.who)


def part_terms(
    *, days: int, now: datetime, request_due_at: datetime, calendar: WorkingCalendar
) -> tuple[datetime, datetime]:
    """Return by when a part is to be accepted (one working day) and by when its contribution is due (``days`` of them).

    Neither is after the request's own deadline. Where that has passed already, both are one working day from now: the
    citizen waits too long as it is, and a part that is late when it is asked for would tell nothing.
    """
    respond_by = RESPOND_WITHIN.due_at(now, calendar)
    if request_due_at <= now:
        return respond_by, respond_by
    due_at = min(Deadline(days, Unit.WORKDAY).due_at(now, calendar), request_due_at)
    return min(respond_by, due_at), due_at
