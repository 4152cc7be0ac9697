"""The one table of steps: from where, to where, by whom, and what they do to the clock.

``docs/reference/request-states.md`` is rendered from it; operations ask it and decide nothing of their own.

Source: domain.md §3 (首接负责, 24 h for 退单, no return after arbitration, extension before expiry, 挂账).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shimin.capabilities.service_requests.domain.states import AT_AN_AGENCY, OPEN_STATES, STATE_WORDS, RequestState
from shimin.kernel.errors import Conflict


class Action(StrEnum):
    """What can be done to a request."""

    FILE = "file"
    CLASSIFY = "classify"
    ADD_FACTS = "add_facts"
    CHASE = "chase"
    POSITION = "position"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    ARBITRATE = "arbitrate"
    INTERIM_REPLY = "interim_reply"
    ASK_EXTENSION = "ask_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    REPLY = "reply"
    DRAFT_REPLY = "draft_reply"
    RELEASE = "release"
    REDRAFT = "redraft"
    PUBLISH = "publish"
    DECLINE = "decline"
    MERGE = "merge"
    SPLIT = "split"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    RELAY = "relay"
    WITHDRAW = "withdraw"
    RATE = "rate"
    CLOSE = "close"
    REOPEN = "reopen"
    URGE = "urge"
    ORDER = "order"
    SUMMON = "summon"
    REDO = "redo"
    TAKE_UP = "take_up"
    REFUSE = "refuse"
    CONCLUDE = "conclude"


class Who(StrEnum):
    """Who may take a step. Staff hold the role for the request's agency and city."""

    REPORTER = "reporter"
    ANYBODY = "anybody"
    DISPATCHER = "dispatcher"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class ClockEffect(StrEnum):
    """What a step does to the request's clock."""

    NONE = "none"
    START = "start"
    STOP = "stop"
    RESUME = "resume"
    EXTEND = "extend"
    END = "end"
    RESTART = "restart"


S = RequestState


@dataclass(frozen=True, slots=True)
class Step:
    """One row. ``to`` None: the state stays. ``is_public``: the people who reported see it in the timeline.

    ``words``: how the timeline tells it. ``needs_words``: the actor must say why, or what.
    """

    action: Action
    words: str
    start: tuple[RequestState, ...]
    to: RequestState | None
    who: tuple[Who, ...]
    clock: ClockEffect = ClockEffect.NONE
    needs_words: bool = False
    is_public: bool = True


TABLE: tuple[Step, ...] = (
    Step(Action.FILE, "已收到", (), S.FILED, (Who.ANYBODY,), ClockEffect.START),
    Step(Action.CLASSIFY, "归类", OPEN_STATES, None, (Who.SYSTEM, Who.DISPATCHER, Who.OFFICER), is_public=False),
    Step(Action.ADD_FACTS, "补充情况", OPEN_STATES, None, (Who.REPORTER,), needs_words=True),
    Step(
        Action.CHASE, "市民催办", (S.FILED, S.RETURNED, S.HANDED_OVER, *AT_AN_AGENCY), None, (Who.REPORTER, Who.SYSTEM)
    ),
    Step(Action.POSITION, "更新位置", OPEN_STATES, None, (Who.REPORTER,)),
    Step(Action.DISPATCH, "派给承办部门", (S.FILED, S.RETURNED), S.DISPATCHED, (Who.DISPATCHER, Who.SYSTEM)),
    Step(Action.ARBITRATE, "裁定承办部门", (S.RETURNED,), S.DISPATCHED, (Who.DISPATCHER,), needs_words=True),
    Step(Action.DECLINE, "不予受理", (S.FILED, S.RETURNED), S.DECLINED, (Who.DISPATCHER,), ClockEffect.END, True),
    Step(Action.ACCEPT, "部门签收", (S.DISPATCHED,), S.IN_PROGRESS, (Who.OFFICER,)),
    Step(
        Action.RETURN, "部门退单", (S.DISPATCHED, S.IN_PROGRESS), S.RETURNED, (Who.OFFICER,), needs_words=True,
        is_public=True,
    ),
    Step(
        Action.INTERIM_REPLY, "办理进展", (S.IN_PROGRESS, S.SUSPENDED, S.HANDED_OVER), None, (Who.OFFICER, Who.SYSTEM),
        needs_words=True,
    ),
    Step(
        Action.ASK_EXTENSION, "申请延期", (S.IN_PROGRESS,), None, (Who.OFFICER,), needs_words=True, is_public=False
    ),
    Step(Action.APPROVE_EXTENSION, "批准延期", (S.IN_PROGRESS,), None, (Who.REVIEWER,), ClockEffect.EXTEND),
    Step(
        Action.REFUSE_EXTENSION, "不同意延期", (S.IN_PROGRESS,), None, (Who.REVIEWER,), needs_words=True,
        is_public=False,
    ),
    Step(Action.SUSPEND, "暂缓办理", (S.IN_PROGRESS,), S.SUSPENDED, (Who.OFFICER,), ClockEffect.STOP, True),
    Step(Action.RESUME, "恢复办理", (S.SUSPENDED,), S.IN_PROGRESS, (Who.OFFICER, Who.SYSTEM), ClockEffect.RESUME),
    Step(Action.REPLY, "部门答复", (S.IN_PROGRESS,), S.ANSWERED, (Who.OFFICER,), ClockEffect.END, True),
    Step(
        Action.DRAFT_REPLY, "答复送审", (S.IN_PROGRESS,), S.IN_REVIEW, (Who.OFFICER,), needs_words=True,
        is_public=False,
    ),
    Step(Action.RELEASE, "部门答复", (S.IN_REVIEW,), S.ANSWERED, (Who.REVIEWER,), ClockEffect.END),
    Step(
        Action.REDRAFT, "答复退回修改", (S.IN_REVIEW,), S.IN_PROGRESS, (Who.REVIEWER,), needs_words=True,
        is_public=False,
    ),
    Step(
        Action.PUBLISH, "公开答复", (S.ANSWERED, S.CLOSED), None, (Who.REVIEWER,), needs_words=True, is_public=False
    ),
    Step(
        Action.MERGE, "并入另一件一起办", (S.FILED, S.RETURNED, S.DISPATCHED, S.IN_PROGRESS), S.MERGED,
        (Who.DISPATCHER, Who.OFFICER), ClockEffect.END,
    ),
    Step(
        Action.SPLIT, "拆出另一件", (S.FILED, S.RETURNED, S.DISPATCHED, S.IN_PROGRESS), None,
        (Who.DISPATCHER, Who.OFFICER), needs_words=True,
    ),
    Step(Action.HAND_OVER, "转外地办理", (S.FILED, S.RETURNED), S.HANDED_OVER, (Who.DISPATCHER,), needs_words=True),
    Step(
        Action.TAKE_BACK, "收回本地办理", (S.HANDED_OVER,), S.RETURNED, (Who.DISPATCHER, Who.SYSTEM), needs_words=True
    ),
    Step(Action.RELAY, "外地部门答复", (S.HANDED_OVER,), S.ANSWERED, (Who.SYSTEM,), ClockEffect.END, needs_words=True),
    Step(
        Action.WITHDRAW, "撤回诉求", (S.FILED, S.RETURNED, S.HANDED_OVER, *AT_AN_AGENCY), S.WITHDRAWN, (Who.REPORTER,),
        ClockEffect.END,
    ),
    Step(Action.RATE, "作出评价", (S.ANSWERED,), S.CLOSED, (Who.REPORTER,)),
    Step(Action.CLOSE, "办结", (S.ANSWERED,), S.CLOSED, (Who.SYSTEM,)),
    Step(
        Action.REOPEN, "要求重新办理", (S.ANSWERED, S.CLOSED), S.FILED, (Who.REPORTER,), ClockEffect.RESTART, True
    ),
    Step(
        Action.URGE, "催办", (S.FILED, S.RETURNED, *AT_AN_AGENCY), None, (Who.SUPERVISOR, Who.SYSTEM), needs_words=True,
        is_public=False,
    ),
    Step(Action.ORDER, "督查部门督办", (S.FILED, S.RETURNED, *AT_AN_AGENCY), None, (Who.SUPERVISOR,), needs_words=True),
    Step(
        Action.SUMMON, "约谈", (S.FILED, S.RETURNED, *AT_AN_AGENCY), None, (Who.SUPERVISOR,), needs_words=True,
        is_public=False,
    ),
    Step(
        Action.REDO, "回访没有解决，退回重办", (S.ANSWERED, S.CLOSED), S.DISPATCHED, (Who.SYSTEM,), ClockEffect.RESTART,
        needs_words=True,
    ),
    # 12315: decide within seven working days, end mediation within forty-five; look into a report within fifteen.
    Step(Action.TAKE_UP, "决定受理投诉", (S.IN_PROGRESS,), None, (Who.OFFICER,), ClockEffect.RESTART),
    Step(
        Action.REFUSE, "决定不予受理投诉", (S.IN_PROGRESS,), S.DECLINED, (Who.OFFICER,), ClockEffect.END,
        needs_words=True,
    ),
    Step(
        Action.CONCLUDE, "告知处理结果", (S.IN_PROGRESS,), S.ANSWERED, (Who.OFFICER,), ClockEffect.END, needs_words=True
    ),
)  # fmt: skip

_BY_ACTION = {step.action: step for step in TABLE}
STEP_WORDS = {step.action: step.words for step in TABLE}


class StepRefused(Conflict):
    """The request is not in a state that the step starts from."""

    code = "request_step_refused"
    message = "诉求的状态已经变化，这一步做不了。"
    mend = "请刷新页面，看看现在到了哪一步。"


def step_of(action: Action) -> Step:
    """Return the row of an action."""
    return _BY_ACTION[action]


def step_from(action: Action, state: RequestState) -> Step:
    """Return the row of an action that starts from ``state``.

    Raises:
        StepRefused: the table has none.
    """
    step = _BY_ACTION[action]
    if state not in step.start:
        raise StepRefused(f"这件诉求现在是“{STATE_WORDS[state]}”，不能“{step.words}”。")
    return step


def actions_from(state: RequestState, who: Who) -> tuple[Action, ...]:
    """Return what ``who`` may do from ``state``: pages offer these buttons and no others."""
    return tuple(step.action for step in TABLE if state in step.start and who in step.who)
