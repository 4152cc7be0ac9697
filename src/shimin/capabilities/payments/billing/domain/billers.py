"""Billers (收费单位): data, one line each; a new one of a known system needs no Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from shimin.kernel.errors import InvalidInput, NotFound

_FILE = Path(__file__).resolve().parents[1] / "data" / "billers.yaml"


@dataclass(frozen=True, slots=True)
class Biller:
    """Who sends bills. ``system`` keeps its books; ``daily``: it also tells what was used day by day.

    ``encoding``: of its day file and of ours for it ("gbk", "utf-8").
    """

    code: str
    city_code: str
    kind: str
    name: str
    title: str
    icon: str
    number: str
    luhn: bool
    system: str
    daily: bool = False
    encoding: str = "utf-8"

    @property
    def payee_code(self) -> str:
        """Who gets the money, as ledger and settlement know it."""
        return f"biller:{self.code}"

    def check_number(self, text: str) -> str:
        """Return the account number without spaces and hyphens.

        Raises:
            InvalidInput: it cannot be one of this biller's.
        """
        words = "户号不对：位数、第一位或最后的校验位有误，请对照账单再填一次。"
        return check_number(text, self.number, luhn=self.luhn, words=words, field="number")


def check_number(text: str, form: str, *, luhn: bool, words: str, field: str) -> str:
    """Return a number without spaces and hyphens.

    Raises:
        InvalidInput: it has not the form, or not its check digit; ``words`` say so at ``field``.
    """
    number = re.sub(r"[\s-]", "", text[:60])
    if not number.isascii() or not re.fullmatch(form, number) or (luhn and luhn_rest(number)):
        raise InvalidInput(fields={field: words})
    return number


def luhn_rest(number: str) -> int:
    """Return 0 for digits that end in their Luhn check digit (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10


@cache
def billers() -> tuple[Biller, ...]:
    """Return all billers in the order of the file."""
    rows = yaml.safe_load(_FILE.read_text("utf-8"))
    return tuple(Biller(city_code=row.pop("city"), **row) for row in rows)


def find_biller(code: str) -> Biller:
    """Return a biller.

    Raises:
        NotFound: there is none of that code.
    """
    for biller in billers():
        if biller.code == code:
            return biller
    raise NotFound
