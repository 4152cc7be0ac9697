"""How a part is told on a page: its promise with the light, the line of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shimin.capabilities.service_requests.joint_handling.public import PART_WORDS, PartState, PartView
from shimin.capabilities.service_requests.public import ClockView, RequestKind, RequestState, light_rule_for
from shimin.capabilities.service_requests.web.presenting import Promise, day_words, promise_of
from shimin.kernel.clock import CHINA

_COLOURS = {
    PartState.ASKED: "amber",
    PartState.ACCEPTED: "amber",
    PartState.DECLINED: "red",
    PartState.GIVEN: "green",
}
_WAITS = (PartState.ASKED, PartState.ACCEPTED, PartState.DECLINED)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the light of a part takes from its request."""

    city_code: str
    kind: RequestKind
    is_emergency: bool
    filed_at: datetime
    is_clock_running: bool
    is_over: bool = False


def part_promise(part: PartView, facts: RequestFacts, now: datetime) -> Promise | None:
    """Return what the part's clock says with its light; None when nothing is awaited. It stands with the request's."""
    if part.state not in _WAITS or facts.is_over:
        return None
    rule = light_rule_for(
        city_code=facts.city_code, kind=facts.kind, is_emergency=facts.is_emergency, filed_at=facts.filed_at
    )
    clock = ClockView(part.due_at, facts.is_clock_running, "诉求暂缓办理", None, ())
    return promise_of(clock, RequestState.IN_PROGRESS, now, rule, what="交协办意见")


def part_light(part: PartView) -> tuple[str, str]:
    """Return the light of a part's state and its word."""
    return _COLOURS.get(part.state, "grey"), PART_WORDS[part.state]


def answer_note(part: PartView, now: datetime) -> str:
    """Return by when the co-handler must say whether it takes part, "" when it has."""
    if part.state is not PartState.ASKED:
        return ""
    late = "，已经过了" if now >= part.respond_by_at else ""
    return f"{day_words(part.respond_by_at)}前要接受或说明不协办的理由{late}"


def part_steps(part: PartView) -> list[dict[str, Any]]:
    """Return the steps for ui/components/_steps.html."""
    lines: list[dict[str, Any]] = [
        {"title": step.title, "state": "done", "when": moment_words(step.taken_at), "note": step.words}
        for step in part.steps
    ]
    if part.state in _WAITS:
        lines.append({"title": PART_WORDS[part.state], "state": "now"})
    return lines


def moment_words(at: datetime) -> str:
    """Return a moment as the timelines tell it."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日 {local.hour}:{local.minute:02d}"
