"""Numbers that look drawn by lot, are never given twice, and are the same on every run."""

from collections.abc import Iterator
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

RESIDENT_SEQUENCES = (range(900, 1000), range(500, 800))
RUSH_SEQUENCES = (range(800, 900), range(300, 500))


def spread(serial: int, salt: int, size: int = 10**8) -> int:
    """Map serials one-to-one onto scattered numbers below size, a power of ten; each salt is a map of its own."""
    return (serial * 48_271_337 + salt * 7_654_321) % size


def luhn_digit(stem: str) -> str:
    """Compute the Luhn check digit of digits. Source: ISO/IEC 7812-1."""
    digits = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(stem))]
    return str(-sum(digit - 9 if digit > 9 else digit for digit in digits) % 10)


def check_character(first_17: str) -> str:
    """Compute the check character of a citizen number. Source: GB 11643-1999."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]


def phone_number(serial: int) -> str:
    """Give a mobile number of 142, a range that no operator serves to people."""
    return f"142{spread(serial, 1):08d}"


class CitizenNumbers:
    """Gives out citizen numbers (公民身份号码) that are valid and unique.

    The sequence codes are high ones that registries hardly reached, and rush candidates have a range of their own,
    so that their numbers do not depend on how many residents there are.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, *, region: str, birth_date: date, female: bool, wish: int, rush: bool = False) -> str:
        """Give the first free number at or after the wished place in the range of sequence codes."""
        stem = f"{region}{birth_date:%Y%m%d}"
        for sequence in self._sequences(female, wish, rush):
            first_17 = f"{stem}{sequence:03d}"
            if first_17 not in self._taken:
                self._taken.add(first_17)
                return first_17 + check_character(first_17)
        raise ValueError(f"every sequence code of {stem} is taken: ask for fewer residents")

    @staticmethod
    def _sequences(female: bool, wish: int, rush: bool) -> Iterator[int]:
        for codes in RUSH_SEQUENCES if rush else RESIDENT_SEQUENCES:
            same_sex = [code for code in codes if code % 2 == (0 if female else 1)]
            start = wish % len(same_sex)
            yield from same_sex[start:]
            yield from same_sex[:start]
