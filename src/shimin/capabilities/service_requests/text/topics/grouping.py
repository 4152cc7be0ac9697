"""Groups of messages that are alike: average linkage, so that a chain of half-alike ones does not become one topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

LEAST_PAIR = 0.25  # likeness from which two messages may bring their groups together
LEAST_TOGETHER = 0.4  # the same for two groups read as one text each
LEAST_GROUP = 0.18  # mean likeness that two groups must have

Pair = tuple[float, int, int]


def group(
    count: int,
    pairs: Sequence[Pair],
    may_meet: Callable[[Sequence[int], Sequence[int]], bool],
    *,
    least_mean: float = LEAST_GROUP,
) -> list[list[int]]:
    """Return groups of the numbers 0 … count - 1, merging along ``pairs`` (most alike first).

    Two groups merge when the mean likeness over all their pairs (those not listed count 0) is at least ``least_mean``
    and ``may_meet`` agrees.
    """
    likeness = {(one, other): value for value, one, other in pairs}
    members = {number: [number] for number in range(count)}
    home = list(range(count))
    for _, one, other in pairs:
        left, right = members[home[one]], members[home[other]]
        if left is right or not may_meet(left, right) or _mean(likeness, left, right) < least_mean:
            continue
        if len(left) < len(right):
            left, right = right, left
        target = home[left[0]]
        del members[home[right[0]]]
        for number in right:
            home[number] = target
        left += right
    return [sorted(each) for each in members.values()]


def _mean(likeness: dict[tuple[int, int], float], left: Sequence[int], right: Sequence[int]) -> float:
    total = sum(likeness.get((min(a, b), max(a, b)), 0.0) for a in left for b in right)
    return total / (len(left) * len(right))
