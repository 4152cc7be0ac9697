"""Risk rules as data: what is known about a sign-in or a payment, and which rules fit. Nothing is learned or hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "risk.yaml"
NETWORK_MEMORY = timedelta(days=90)
PROOF_COUNTS = timedelta(minutes=15)  # how long a second proof serves for a payment
_EQUAL = {"act": ("sign_in", "pay"), "device": ("new", "known"), "network": ("new", "used")}
_AT_LEAST = ("networks_hour", "new_devices_day", "amount_fen")
_BELOW = ("device_hours",)


class RiskRulesFaulty(ValueError):
    """The file of rules cannot be used; the text names rule and mend."""


class Outcome(StrEnum):
    """What follows, the mildest first."""

    ALLOW = "allow"
    INFORM = "inform"
    PROVE = "prove"

    @property
    def words(self) -> str:
        """What pages call it."""
        return {"allow": "放行", "inform": "提醒本人", "prove": "要求再确认本人"}[self]


class Answer(StrEnum):
    """What became of a decision."""

    OPEN = ""
    PROVED = "proved"
    MINE = "mine"
    NOT_MINE = "not_mine"

    @property
    def words(self) -> str:
        """What pages call it."""
        return {"": "还没有回应", "proved": "已经确认是本人", "mine": "本人说是自己", "not_mine": "本人说不是自己"}[
            self
        ]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known. ``network`` is the first half of an address; hours and counts as the names say."""

    act: str
    device: str = "known"
    network: str = "used"
    networks_hour: int = 0
    new_devices_day: int = 0
    device_hours: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: all conditions of ``when`` must hold."""

    code: str
    when: Mapping[str, Any]
    then: Outcome
    person: str
    officer: str

    def fits(self, facts: Facts) -> bool:
        """Tell whether the rule speaks about these facts."""
        return all(_holds(name, wanted, facts) for name, wanted in self.when.items())


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strongest outcome, and every rule that fitted."""

    outcome: Outcome
    rules: tuple[Rule, ...] = ()


def decide(rules: Sequence[Rule], facts: Facts) -> Verdict:
    """Return what the rules say about the facts."""
    fitting = tuple(rule for rule in rules if rule.fits(facts))
    outcome = max((rule.then for rule in fitting), key=list(Outcome).index, default=Outcome.ALLOW)
    return Verdict(outcome, fitting)


def smallest_amount(rules: Sequence[Rule]) -> int | None:
    """Return from which amount (fen) a payment has to be weighed at all; None: never."""
    floors = [int(rule.when.get("amount_fen_at_least", 0)) for rule in rules if rule.when.get("act", "pay") == "pay"]
    return min(floors, default=None)


def read_rules(path: Path = SHIPPED) -> tuple[Rule, ...]:
    """Return the rules of a file.

    Raises:
        RiskRulesFaulty: it is no such file.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
        rules = tuple(_rule(path, row) for row in rows)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise RiskRulesFaulty(f"{path}: not a file of risk rules ({error})") from error
    codes = [rule.code for rule in rules]
    if len(set(codes)) != len(codes):
        raise RiskRulesFaulty(f"{path}: two rules have one code")
    return rules


def _rule(path: Path, row: Mapping[str, Any]) -> Rule:
    code, place = str(row.get("code", "")), f"{path}: rule {row.get('code')!r}"
    if set(row) != {"code", "when", "then", "person", "officer"} or not code:
        raise RiskRulesFaulty(f"{place}: needs exactly code, when, then, person, officer")
    if row["then"] not in set(Outcome):
        raise RiskRulesFaulty(f"{place}: then is one of {', '.join(Outcome)}")
    for name, wanted in row["when"].items():
        if name in _EQUAL:
            if wanted not in _EQUAL[name]:
                raise RiskRulesFaulty(f"{place}: {name} is one of {', '.join(_EQUAL[name])}")
        elif name not in _NUMBERS:
            raise RiskRulesFaulty(f"{place}: unknown condition {name!r}; known are {', '.join((*_EQUAL, *_NUMBERS))}")
        elif not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            raise RiskRulesFaulty(f"{place}: {name} is a whole number")
    return Rule(code, row["when"], Outcome(row["then"]), str(row["person"]), str(row["officer"]))


_NUMBERS = {
    **{f"{name}_at_least": (name, False) for name in _AT_LEAST},
    **{f"{name}_below": (name, True) for name in _BELOW},
}


def _holds(name: str, wanted: Any, facts: Facts) -> bool:
    if name in _EQUAL:
        return bool(getattr(facts, name) == wanted)
    fact, is_below = _NUMBERS[name]
    value = int(getattr(facts, fact))
    return value < int(wanted) if is_below else value >= int(wanted)
