"""Use by district against the people who live there: a map and its table twin."""

from __future__ import annotations

from dataclasses import dataclass

from shimin.capabilities.catalogue.public import Region, list_cities
from shimin.capabilities.indicators.public import FEW, Shares, inhabitants
from shimin.capabilities.indicators.web.maps import Map, Mark, make_map

_TONES = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """For indicators/_reach.html. ``legend``: (tone or None, words)."""

    map: Map
    legend: tuple[tuple[int | None, str], ...]
    rows: list[list[str]]
    source: str
    head: tuple[str, ...] = ("区县", "诉求", "每万人")
    numeric: tuple[int, ...] = (1, 2)


def find_reach(city: Region, shares: Shares) -> Reach | None:
    """Return the districts of a city, the most for their size first; None when none may be told."""
    people = inhabitants()
    districts = {each.code: each for each in list_cities(city.code)}
    told = {code: times for code, times in shares.rows if code in districts and code in people}
    if not told:
        return None
    rates = {code: people[code].per_ten_thousand(times) for code, times in told.items()}
    highest = max(rates.values())
    marks = {
        code: Mark(
            name=districts[code].short_name, words=f"{districts[code].name}：每万人 {rate:.2f} 件", url="",
            tone=_tone(rate, highest),
        )
        for code, rate in rates.items()
    }  # fmt: skip
    rows = [[districts[code].name, f"{told[code]:,}{'（少，仅供参考）' if told[code] < FEW else ''}", f"{rate:.2f}"]
            for code, rate in sorted(rates.items(), key=lambda pair: -pair[1])]  # fmt: skip
    rows += [[each.name, "不足 10 件或没有", "—"] for code, each in districts.items() if code not in told]
    counted = people[next(iter(told))]
    return Reach(
        make_map("district", city.code, marks),
        _legend(highest),
        rows,
        f"人口：{counted.source}，{counted.counted_on:%Y年%-m月%-d日}。",
    )


def _tone(rate: float, highest: float) -> int:
    return min(int(rate / highest * _TONES), _TONES - 1)


def _legend(highest: float) -> tuple[tuple[int | None, str], ...]:
    steps = [highest * n / _TONES for n in range(_TONES + 1)]
    toned: list[tuple[int | None, str]] = [
        (n, f"每万人 {steps[n]:.2f}～{steps[n + 1]:.2f} 件") for n in reversed(range(_TONES))
    ]
    return (*toned, (None, "不足 10 件或没有"))
