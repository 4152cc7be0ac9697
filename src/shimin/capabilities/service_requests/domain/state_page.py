"""The reference page of states and steps, rendered from the table."""

from __future__ import annotations

from collections.abc import Iterable

from shimin.capabilities.service_requests.domain.states import OPEN_STATES, STATE_WORDS, RequestState
from shimin.capabilities.service_requests.domain.steps import TABLE, ClockEffect, Step

_CLOCK_WORDS = {
    ClockEffect.NONE: "–",
    ClockEffect.START: "starts",
    ClockEffect.STOP: "stops",
    ClockEffect.RESUME: "runs on",
    ClockEffect.EXTEND: "gets longer",
    ClockEffect.END: "ends",
    ClockEffect.RESTART: "a new one starts",
}
_INTRO = (
    "Every step of a service request (诉求), from the one table that the operations ask. Staff roles hold for the "
    "request's agency and city. A step that is not public is not shown to the people who reported. "
    "Made by `./shimin reference`."
)


def states_page() -> str:
    """Return ``docs/reference/request-states.md``: states, steps, and a diagram."""
    states = ([f"`{state}`", STATE_WORDS[state], _yes(state in OPEN_STATES), _ways(state)] for state in RequestState)
    steps = (_row(step) for step in TABLE)
    return "\n".join(
        [
            "# States of a request", "", _INTRO, "", "## States", "",
            *_table(["state", "words", "open", "steps from here"], states), "", "## Steps", "",
            *_table(["step", "words", "from", "to", "who", "clock", "needs words", "public"], steps), "",
            "## Diagram", "", "```mermaid", "stateDiagram-v2", *_arrows(), "```", "",
        ]
    )  # fmt: skip


def _ways(state: RequestState) -> str:
    return ", ".join(f"`{step.action}`" for step in TABLE if state in step.start) or "–"


def _row(step: Step) -> list[str]:
    return [
        f"`{step.action}`", step.words, ", ".join(f"`{state}`" for state in step.start) or "–",
        f"`{step.to}`" if step.to else "stays", ", ".join(step.who), _CLOCK_WORDS[step.clock], _yes(step.needs_words),
        _yes(step.is_public),
    ]  # fmt: skip


def _arrows() -> Iterable[str]:
    for step in TABLE:
        if step.to is not None:
            yield from (f"    {start} --> {step.to}: {step.action}" for start in step.start or ("[*]",))


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    yield from (f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
