"""What counts, as a methodology states it: kinds of events, periods, levels of accounts, the rule of once a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shimin.capabilities.indicators.index.errors import IndexFault

LEVELS = frozenset({"central", "province", "city", "county"})


@dataclass(frozen=True, slots=True)
class Count:
    """The events of some kinds: their amounts added up, or each (account, reader, day) once when ``once_a_day``."""

    kinds: tuple[str, ...]
    once_a_day: bool


@dataclass(frozen=True, slots=True)
class CountRules:
    """The period is half-open in Beijing days; ``levels`` names the accounts that count for areas of a level;
    ``without`` the short names of provinces that stay out."""

    starts_on: date
    ends_on: date
    levels: Mapping[str, frozenset[str]]
    without: frozenset[str]
    counts: Mapping[str, Count]

    @property
    def kinds(self) -> dict[str, bool]:
        """Every kind of event and whether it counts once a day."""
        return {kind: count.once_a_day for count in self.counts.values() for kind in count.kinds}


def read_rules(document: Mapping[str, Any], indicators: frozenset[str]) -> CountRules:
    """Read the section ``counts`` of a methodology.

    Raises:
        IndexFault: what does not fit, with its mend.
    """
    counts = {
        key: Count(tuple(node["kinds"]), bool(node.get("once_a_day", False)))
        for key, node in document["indicators"].items()
    }
    rules = CountRules(
        starts_on=document["from"],
        ends_on=document["until"],
        levels={level: frozenset(of) for level, of in document["levels"].items()},
        without=frozenset(document.get("without", ())),
        counts=counts,
    )
    faults = [
        f"counts: {key} is no indicator. Mend: describe it, or take it out." for key in counts.keys() - indicators
    ]
    if not isinstance(rules.starts_on, date) or not isinstance(rules.ends_on, date) or rules.starts_on >= rules.ends_on:
        faults.append("counts: the period is empty. Mend: write dates as 2015-01-01, `from` before `until`.")
    for level, of in rules.levels.items():
        if level not in {"province", "city"} or not of <= LEVELS:
            faults.append(
                f"counts: levels of {level}: Mend: province and city, with some of {', '.join(sorted(LEVELS))}."
            )
    for kind, once in rules.kinds.items():
        if any(kind in count.kinds and count.once_a_day is not once for count in counts.values()):
            faults.append(f"counts: {kind} counts once a day here and each time there. Mend: choose one.")
    if faults:
        raise IndexFault(*faults)
    return rules
