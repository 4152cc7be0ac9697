"""How long and on how much a run measures."""

from __future__ import annotations

from dataclasses import dataclass

ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run. ``seconds`` is each measured stretch; a round measures every side once.

    ``is_timed``: somebody has said how long; else a workload may have a length of its own.
    """

    seconds: float = 5.0
    residents: int = 60_000
    requests: int = 100_000
    distractors: int = 50_000
    hang_pairs: int = 7
    events: int = 100_000_000
    counted: int = 10_000_000
    payments: int = 20_000
    lines: int = 1_000_000
    rounds: int = ROUNDS
    quick: bool = False
    is_timed: bool = False

    @property
    def words(self) -> str:
        """What the reader has to know of the run."""
        size = f"{self.rounds} interleaved rounds of {self.seconds:g} s a side, medians"
        return f"{size}; QUICK: volumes too small to quote" if self.quick else size


def quick() -> Plan:
    """Return the plan that shows within a minute whether all works."""
    return Plan(
        seconds=1.0,
        residents=1_500,
        requests=20_000,
        distractors=2_000,
        hang_pairs=3,
        events=1_000_000,
        counted=200_000,
        payments=300,
        lines=20_000,
        quick=True,
    )
