"""Lottery for car indicators (小客车指标摇号). The real Changsha has none: this is the demo city's invention."""

from datetime import date
from random import Random
from typing import Any

from .cast import ZHOU_XIAOMIN
from .driving import Driving
from .numbers import spread
from .person import Person
from .timeline import AS_OF, anniversary

ROUNDS = tuple(
    (f"{year}{number:02d}", drawn_on)
    for year in (2024, 2025, 2026)
    for number in range(1, 7)
    if (drawn_on := date(year, number * 2, 26)) <= AS_OF
)
"""Six rounds a year, drawn on the 26th of every second month."""


def draw_applications(person: Person, driving: Driving | None, rng: Random) -> list[dict[str, Any]]:
    """Draw the rounds a licence holder took part in, newest first; only those without a car apply."""
    if person.serial == ZHOU_XIAOMIN:
        return _rounds(person, "新能源小客车", 4, won=True)
    if driving is None or driving["licence"] is None or driving["vehicles"] or person.status != "normal":
        return []
    if rng.random() > 0.25:
        return []
    issued_on = date.fromisoformat(driving["licence"]["issued_on"])
    open_rounds = sum(drawn_on > issued_on for _, drawn_on in ROUNDS)
    kind = rng.choice(("普通小客车", "新能源小客车"))
    return _rounds(person, kind, min(rng.randrange(1, 15), open_rounds), won=rng.random() < 0.12)


def _rounds(person: Person, kind: str, count: int, *, won: bool) -> list[dict[str, Any]]:
    taken = ROUNDS[len(ROUNDS) - count :]
    rows = []
    for name, drawn_on in taken:
        wins = won and name == taken[-1][0]
        rows.append(
            {
                "apply_code": f"4301{spread(person.serial, 7):08d}9",
                "kind": kind,
                "round": name,
                "drawn_on": drawn_on.isoformat(),
                "result": "won" if wins else "not_won",
                "indicator_number": f"ZB{spread(person.serial, 8):08d}" if wins else None,
                "valid_until": anniversary(drawn_on, drawn_on.year + 1).isoformat() if wins else None,
            }
        )
    return rows[::-1]
