"""What a person may choose before a look-up: a year, a kind, a plate. Never who they are: that is verified."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shimin.kernel.errors import InvalidInput

# 京A12345, 湘AD12345 (new energy), with the letters I and O never used after the city letter. Source: GA 36.
_PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9学警港澳挂]")

ParamValue = str | int


class ParamType(StrEnum):
    """How a parameter is asked for."""

    CHOICE = "choice"
    YEAR = "year"
    TEXT = "text"
    PLATE = "plate"


class WrongParam(InvalidInput):
    """A parameter is missing or cannot be right; ``fields`` names it."""

    code = "wrong_param"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. ``private``: it must not stand in an address, so it is asked by a form.

    For a year: from ``from_year`` to the current one, which begins to count on ``starts`` (month, day).
    """

    name: str
    title: str
    type: ParamType
    choices: Mapping[str, str]
    default: str
    private: bool
    example: str
    from_year: int
    starts: tuple[int, int]

    def options(self, today: date) -> Mapping[str, str]:
        """Return value → words of what can be chosen; empty for free input."""
        if self.type is ParamType.YEAR:
            return {str(year): f"{year}年" for year in range(self._last_year(today), self.from_year - 1, -1)}
        return self.choices

    def default_on(self, today: date) -> str:
        """Return the value to start with; empty when the person has to say."""
        return str(self._last_year(today)) if self.type is ParamType.YEAR else self.default

    def read(self, text: str, today: date) -> ParamValue:
        """Return the value to send to the source.

        Raises:
            WrongParam: the text is not acceptable.
        """
        text = unicodedata.normalize("NFKC", text).strip()
        match self.type:
            case ParamType.CHOICE | ParamType.YEAR:
                if text not in self.options(today):
                    raise WrongParam(fields={self.name: f"请从列出的{self.title}里选一个。"})
                return int(text) if self.type is ParamType.YEAR else text
            case ParamType.PLATE:
                plate = re.sub(r"[\s·•.\-]", "", text).upper()
                if not _PLATE.fullmatch(plate):
                    raise WrongParam(fields={self.name: f"车牌号不对，应该像“{self.example or '湘A12345'}”。"})
                return plate
            case ParamType.TEXT:
                if not 1 <= len(text) <= 60 or not text.isprintable():
                    raise WrongParam(fields={self.name: f"请填写{self.title}（60 字以内）。"})
                return text

    def _last_year(self, today: date) -> int:
        return today.year if (today.month, today.day) >= self.starts else today.year - 1


def parse_params(part: Mapping[str, Any]) -> tuple[Param, ...]:
    """Read the ``params`` of a view."""
    return tuple(
        Param(
            name=name,
            title=rule["title"],
            type=ParamType(rule["type"]),
            choices={str(value): words for value, words in rule.get("choices", {}).items()},
            default=str(rule.get("default", "")),
            private=rule.get("private", False),
            example=rule.get("example", ""),
            from_year=rule.get("from", 2000),
            starts=_month_day(rule.get("starts", "01-01")),
        )
        for name, rule in part.items()
    )


def read_params(params: tuple[Param, ...], given: Mapping[str, Any], today: date) -> dict[str, ParamValue]:
    """Return the parameters to send: what was given, else the defaults.

    Raises:
        WrongParam: one is unknown, missing or wrong; all are named at once.
    """
    values: dict[str, ParamValue] = {}
    faults = {name: "没有这个查询条件。" for name in given if name not in {param.name for param in params}}
    for param in params:
        raw = given.get(param.name)
        text = param.default_on(today) if raw is None or raw == "" else str(raw)
        try:
            values[param.name] = param.read(text, today)
        except WrongParam as wrong:
            faults.update(wrong.fields)
    if faults:
        raise WrongParam(fields=faults)
    return values


def are_complete(params: tuple[Param, ...], given: Mapping[str, Any], today: date) -> bool:
    """Say whether every parameter has a value or a default, so that a look-up can be made without asking."""
    return all(given.get(param.name) or param.default_on(today) for param in params)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
