"""How a request is told on a page: the promise with its light, the line of steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shimin.capabilities.service_requests.public import (
    OPEN_STATES,
    RATING_WORDS,
    STATE_WORDS,
    Action,
    ClockView,
    Rating,
    RequestState,
    StepView,
    mask_insults,
)
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.lights import LIGHT_WORDS, Light, LightRule
from shimin.kernel.clock import CHINA, local_date

_SOON_DAYS = 2
_LIGHT_OF = {
    RequestState.ANSWERED: "green",
    RequestState.CLOSED: "green",
    RequestState.DECLINED: "grey",
    RequestState.WITHDRAWN: "grey",
    RequestState.MERGED: "grey",
}
_LIGHT_COLOURS = {
    Light.NORMAL: "green", Light.WARNING: "amber", Light.YELLOW: "amber", Light.RED: "red", Light.STILL: "grey",
}  # fmt: skip
_REPORTERS = ("citizen", "anonymous")
_YOU = {
    Action.FILE: "您提交了诉求",
    Action.ADD_FACTS: "您补充了情况",
    Action.CHASE: "您催办了一次",
    Action.POSITION: "您更新了位置",
    Action.WITHDRAW: "您撤回了诉求",
    Action.RATE: "您作了评价",
    Action.REOPEN: "您要求重新办理",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """The clock as people read it: "12月4日（周五）前答复", "还有 5 个工作日", with a light."""

    title: str
    note: str
    light: str
    word: str


def promise_of(
    clock: ClockView, state: RequestState, now: datetime, rule: LightRule | None = None, *, what: str = "答复"
) -> Promise | None:
    """Return what the clock says, None when nothing is promised any more. ``rule``: with the light that staff see.

    ``what`` is promised: an answer, or what the law names.
    """
    if state not in OPEN_STATES:
        return None
    day = day_words(clock.due_at)
    if not clock.is_running:
        return Promise("计时暂停", f"原因：{clock.note}", "grey", "暂缓")
    if now >= clock.due_at:
        light, word = ("red", "已超期") if rule is None else _card(rule, clock, now)
        return Promise(f"应在 {day}前{what}", "已经超过期限，监督人员看得到这盏灯。", light, word)
    last = local_date(clock.due_at - timedelta(seconds=1))
    calendar = working_calendar()
    left = calendar.working_days_between(local_date(now), last)
    hours = (clock.due_at - now) / timedelta(hours=1)
    note = f"还有 {left} 个工作日" if left > 0 and hours > 24 else f"还有 {max(1, round(hours))} 小时"
    warning = calendar.warning_for(last)
    is_soon = left <= _SOON_DAYS
    light, word = ("amber", "快到期了") if is_soon else ("green", "按时办理中")
    if rule is not None:
        light, word = _card(rule, clock, now)
    return Promise(f"{day}前{what}", f"{note}。{warning.text}。" if warning else f"{note}。", light, word)


def _card(rule: LightRule, clock: ClockView, now: datetime) -> tuple[str, str]:
    """Return the light of supervision and its word."""
    light = rule.light_at(now, due_at=clock.due_at, calendar=working_calendar(), is_running=clock.is_running)
    return _LIGHT_COLOURS[light], LIGHT_WORDS[light]


def day_words(due_at: datetime) -> str:
    """Return the last moment as people say it: "12月4日（周五）24点", "11月22日（周日）12:00"."""
    local = due_at.astimezone(CHINA)
    is_midnight = local.hour == local.minute == 0
    day = local - timedelta(days=1) if is_midnight else local
    hour = "24点" if is_midnight else f"{local.hour}:{local.minute:02d}"
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）{hour}"


def light_of(state: RequestState) -> tuple[str, str]:
    """Return the light of a state and its word."""
    return _LIGHT_OF.get(state, "amber"), STATE_WORDS[state]


def timeline(steps: tuple[StepView, ...], state: RequestState, *, for_staff: bool = False) -> list[dict[str, Any]]:
    """Return the steps for ui/components/_steps.html, what is and what comes at the end."""
    last = max((step.step_id for step in steps if step.action is Action.POSITION), default=None)
    lines = [_line(step, for_staff) for step in steps if step.action is not Action.POSITION or step.step_id == last]
    if state in OPEN_STATES:
        lines.append({"title": STATE_WORDS[state], "state": "stopped" if state is RequestState.SUSPENDED else "now"})
        lines.append({"title": "答复", "state": "todo"})
    elif state is RequestState.ANSWERED:
        lines.append({"title": "等您评价", "state": "now"})
    return lines


def _line(step: StepView, for_staff: bool) -> dict[str, Any]:
    local = step.taken_at.astimezone(CHINA)
    note = step.words or (str(step.details.get("opinion") or step.details.get("reason") or "") if for_staff else "")
    if step.action is Action.APPROVE_EXTENSION:
        note = f"延到 {day_words(step.due_at)}。理由：{step.words}"
    elif step.action is Action.RATE:
        rating = RATING_WORDS[Rating(step.details["rating"])]
        note = f"{rating}{'，请工作人员联系' if step.details.get('wants_contact') else ''}{'：' if note else ''}{note}"
    elif step.action is Action.REOPEN:
        note = f"由高一级重新办理，{day_words(step.due_at)}前答复。{note}"
    if for_staff and step.by in _REPORTERS:
        note = mask_insults(note)
    return {
        "title": step.title if for_staff or step.by not in _REPORTERS else _YOU.get(step.action, step.title),
        "state": "done",
        "who": step.agency,
        "when": f"{local.month}月{local.day}日 {local.hour}:{local.minute:02d}",
        "note": note,
    }
