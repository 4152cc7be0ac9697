"""The reference page of parts and their steps, rendered from the table."""

from __future__ import annotations

from collections.abc import Iterable

from shimin.capabilities.service_requests.joint_handling.domain.parts import PART_WORDS, TABLE, PartState

_INTRO = (
    "What a co-handling agency was asked for (协办) and each step of it, from the one table that the operations ask. "
    "The request itself goes its own way, see [request-states](request-states.md). Made by `./shimin reference`."
)


def joint_handling_page() -> str:
    """Return ``docs/reference/joint-handling.md``: states, steps, and a diagram."""
    states = ([f"`{state}`", PART_WORDS[state]] for state in PartState)
    steps = (
        [
            f"`{step.action}`", step.words, ", ".join(f"`{state}`" for state in step.start) or "–",
            f"`{step.to}`" if step.to else "stays", ", ".join(step.who), "yes" if step.needs_words else "no",
        ]
        for step in TABLE
    )  # fmt: skip
    arrows = (
        f"    {start} --> {step.to}: {step.action}" for step in TABLE if step.to for start in step.start or ("[*]",)
    )
    return "\n".join(
        [
            "# Joint handling", "", _INTRO, "", "## States of a part", "", *_table(["state", "words"], states), "",
            "## Steps", "", *_table(["step", "words", "from", "to", "who", "needs words"], steps), "", "## Diagram", "",
            "```mermaid", "stateDiagram-v2", *arrows, "```", "",
        ]
    )  # fmt: skip


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    yield from (f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
