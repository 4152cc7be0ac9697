"""Public numbers: what people read out on the phone. Region, day and chance; no counter, so no gap to explain.

``430100 261122 7K2MQX D`` without the spaces: region (6), day in China as yymmdd (6), six random characters, one check
character. The alphabet leaves out I, L, O and U; what is typed instead of 1 and 0 is understood.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from shimin.kernel.clock import local_date
from shimin.kernel.errors import InvalidInput

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_FORM = re.compile(rf"\d{{12}}[{ALPHABET}]{{7}}")
_LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None, "　": None})
_RANDOM_LENGTH = 6


class PublicNumberInvalid(InvalidInput):
    """Not a number the platform can have given out: a slip of the pen."""

    code = "public_number_invalid"
    message = "编号有误，可能抄错了一位。"
    mend = "请对照通知里的编号，重新填写19位编号。"

    def __init__(self) -> None:
        super().__init__(fields={"number": self.message})


def new_public_number(region_code: str, now: datetime) -> str:
    """Return a new number. A billion a day and region are possible; the table's UNIQUE decides, the caller draws again.

    Raises:
        ValueError: the region code has not six digits.
    """
    if not re.fullmatch(r"[0-9]{6}", region_code):
        raise ValueError(f"{region_code!r} is no region code")
    chance = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_LENGTH))
    number = f"{region_code}{local_date(now):%y%m%d}{chance}"
    return number + ALPHABET[_times_two(_remainder(number))]


def check_public_number(text: str) -> str:
    """Return the number as it was given out; spaces, hyphens, small letters, I for 1 and O for 0 are accepted.

    Every single wrong character and every swap of two is noticed.

    Raises:
        PublicNumberInvalid: it cannot be one of ours.
    """
    number = text[:60].upper().translate(_LOOK_ALIKE)
    if not (number.isascii() and _FORM.fullmatch(number)) or _remainder(number) != 0:
        raise PublicNumberInvalid
    return number


def _remainder(text: str) -> int:
    """Evaluate the characters as a polynomial over GF(32) at the field's generator (a one-symbol Reed-Solomon code).

    Weights are the generator's powers, all different for 31 places: hence swaps are noticed wherever they happen.
    """
    total = 0
    for character in text:
        total = _times_two(total) ^ _VALUE[character]
    return total


def _times_two(value: int) -> int:
    """Multiply by the generator, modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
