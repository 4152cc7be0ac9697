"""The bank card of each adult, for the four-element check (name, ID number, card, phone)."""

from typing import Any

from .numbers import spread
from .person import Person
from .timeline import AS_OF

YOUNGEST = 14


def draw_card(person: Person) -> dict[str, Any] | None:
    """Give a person's card; children have none."""
    if person.is_rush_candidate or person.age_on(AS_OF) < YOUNGEST:
        return None
    return {"card_number": bank_card_number(person.serial), "phone": person.phone}


def bank_card_number(serial: int) -> str:
    """Give a debit card number of 19 digits with its Luhn check digit; no bank has the prefix 629999."""
    stem = f"6299990000{spread(serial, 11):08d}"
    digits = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(stem))]
    total = sum(digit - 9 if digit > 9 else digit for digit in digits)
    return stem + str(-total % 10)
