"""Housing fund (公积金): whose employer pays into it, at what rate, and who has a loan."""

from random import Random
from typing import Any

from .careers import Career, retires_on
from .cast import HUSBAND, ZHOU_XIAOMIN
from .numbers import spread
from .person import Person
from .timeline import LAST_BOOKED_MONTH, month_number, month_of, month_text

FIRST_FUND_MONTH = month_number("1999-07")

Fund = dict[str, Any]


def draw_fund(person: Person, career: Career, rng: Random) -> Fund | None:
    """Draw an account over the spells of a career; None without an employer that pays in."""
    if person.serial == ZHOU_XIAOMIN:
        return _fund(person, career, 12, _loan(person, 45_000_000, month_number("2019-06"), 240), rents=False)
    if not career or (rng.random() < 0.3 and person.serial != HUSBAND):
        return None
    paid_in = tuple(spell for spell in career if spell.from_month >= FIRST_FUND_MONTH)
    if not paid_in:
        return None
    loan = _draw_loan(person, paid_in, rng) if rng.random() < 0.3 else None
    return _fund(person, paid_in, rng.choice((5, 5, 6, 8, 8, 10, 12, 12)), loan, rents=rng.random() < 0.2)


def _fund(person: Person, career: Career, percent: int, loan: dict[str, Any] | None, *, rents: bool) -> Fund:
    ends = min(retires_on(person), person.last_day)
    closed_month = month_of(ends)
    return {
        "account_number": account_number(person.serial),
        "spells": [spell.as_row() for spell in career],
        "personal_rate_percent": percent,
        "rents": rents and loan is None,
        "loan": loan,
        "closed_month": month_text(closed_month) if closed_month <= LAST_BOOKED_MONTH else None,
    }


def _draw_loan(person: Person, career: Career, rng: Random) -> dict[str, Any] | None:
    """Draw a loan after two years of deposits that is repaid before the account closes."""
    start = max(career[0].from_month + 24, LAST_BOOKED_MONTH - rng.randrange(6, 160))
    room = month_of(retires_on(person)) - start
    if start > career[-1].last_month or room < 120:
        return None
    return _loan(
        person, rng.randrange(15, 71) * 1_000_000, start, min(rng.choice((120, 180, 240, 300)), room // 12 * 12)
    )


def _loan(person: Person, principal_fen: int, start: int, term_months: int) -> dict[str, Any]:
    return {
        "contract_number": f"4301GJJ{spread(person.serial, 5):08d}",
        "principal_fen": principal_fen,
        "start": month_text(start),
        "term_months": term_months,
        "rate_percent": 2.85,
    }


def account_number(serial: int) -> str:
    """Give the twelve-digit number of a fund account."""
    return f"2010{spread(serial, 3):08d}"
