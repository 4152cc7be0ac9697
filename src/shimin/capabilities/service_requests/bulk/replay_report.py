"""What a replay has come to, beside what a real city reached."""

from __future__ import annotations

from collections.abc import Iterator

from shimin.capabilities.service_requests.bulk.replay_plan import ANY, delays_of
from shimin.capabilities.service_requests.public import ReplayOutcome


def report_lines(outcome: ReplayOutcome) -> Iterator[str]:
    """Yield the lines of the report; ``is_sound`` tells whether it may be believed."""
    baseline = delays_of(ANY)
    yield f"requests            {outcome.requests:>7,}"
    yield f"in a final state    {outcome.final:>7,}"
    yield f"open with a light   {outcome.lit:>7,}   (nobody leads them: they wait for a person)"
    yield f"dispatched alone    {outcome.automatic:>7,}   {_share(outcome.automatic, outcome.requests)}"
    yield f"answered            {outcome.answered:>7,}   in time {_share(outcome.in_time, outcome.answered)}"
    days = "–" if outcome.median_days is None else f"{outcome.median_days:.1f}"
    yield f"median days         {days:>7}   a real city {baseline.median:.1f} ({baseline.answers:,} answers)"
    yield f"yellow, red cards   {outcome.yellow:>7,}   {outcome.red:,}"
    yield f"urged               {outcome.urged:>7,}   ordered {outcome.ordered:,}, summoned {outcome.summoned:,}"
    yield f"steps taken twice   {outcome.steps_taken_twice:>7,}"
    yield f"steps missing       {outcome.steps_missing:>7,}"
    yield f"events waiting      {outcome.events_waiting:>7,}"


def is_sound(outcome: ReplayOutcome, messages: int) -> bool:
    """Tell whether every message is one request that is done or has a light, and nothing was taken twice or lost."""
    wrong = outcome.steps_taken_twice + outcome.steps_missing + outcome.events_waiting
    return outcome.requests == messages == outcome.final + outcome.lit and wrong == 0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
