"""Campus cards of those who are at school; schools are invented."""

from typing import Any

from .numbers import luhn_digit
from .person import Person
from .timeline import AS_OF

SCHOOLS = {"campus-primary": "长沙示例小学", "campus-middle": "长沙示例中学", "campus-university": "长沙示例大学"}
YOUNGEST, MIDDLE_FROM, UNIVERSITY_FROM, OLDEST = 6, 12, 18, 24
START_FEN = 2_000


def draw_card(person: Person) -> dict[str, Any] | None:
    """Give the card of a pupil or student."""
    age = person.age_on(AS_OF)
    if person.is_rush_candidate or person.status != "normal" or not YOUNGEST <= age <= OLDEST:
        return None
    school = (
        "campus-university" if age >= UNIVERSITY_FROM else "campus-middle" if age >= MIDDLE_FROM else "campus-primary"
    )
    return {"school": school, "card_number": card_number(person.serial), "start_fen": START_FEN + person.serial % 9_000}


def card_number(serial: int) -> str:
    """Give a card number: 8, the serial, and a Luhn check digit."""
    stem = f"8{serial:08d}"
    return stem + luhn_digit(stem)


def serial_of(number: str) -> int:
    """Give the serial of the person whose card this is."""
    return int(number[1:9])
