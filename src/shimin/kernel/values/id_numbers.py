"""公民身份号码 (GB 11643): reading one with errors a person can act on.

The number only is checked here; whether it is the person's is asked at the population source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shimin.kernel.errors import InvalidInput

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}\d{12}")  # permanent residence card before 2023; the new one begins with 9


class Sex(StrEnum):
    """As the number's 17th digit says."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A well-formed ID number. region_code is where it was first issued, not where the person lives now."""

    text: str
    birth_date: date
    sex: Sex
    region_code: str


class IdNumberInvalid(InvalidInput):
    """Base of what can be wrong with an ID number."""

    code = "id_number_invalid"
    message = "身份证号码有误。"
    mend = "请对照身份证，重新填写18位公民身份号码。"

    def __init__(self, message: str | None = None, *, mend: str | None = None) -> None:
        super().__init__(message, mend=mend, fields={"id_number": message or self.message})


class IdNumberLength(IdNumberInvalid):
    """Not 18 characters (15 is the form before 1999)."""

    code = "id_number_length"


class IdNumberCharacters(IdNumberInvalid):
    """Something other than digits and a last X."""

    code = "id_number_characters"
    message = "身份证号码只能由数字组成，最后一位可以是字母 X。"


class IdNumberBirthDate(IdNumberInvalid):
    """Digits 7–14 are no day of the calendar, or one in the future."""

    code = "id_number_birth_date"
    message = "身份证号码第7到14位不是有效的出生日期。"


class IdNumberRegion(IdNumberInvalid):
    """The first two digits are no province."""

    code = "id_number_region"
    message = "身份证号码开头两位不是有效的省级代码。"


class IdNumberCheckDigit(IdNumberInvalid):
    """The last character does not fit: nearly always a typing error."""

    code = "id_number_check_digit"
    message = "身份证号码最后一位与前面的数字对不上，可能有一位填错了。"


class IdNumberForeign(IdNumberInvalid):
    """A foreigner's permanent residence card: real, but not a citizen's number."""

    code = "id_number_foreign"
    message = "这是外国人永久居留身份证号码。"
    mend = "请在“证件”里选“外国人永久居留身份证”再填写。"


def parse_id_number(text: str, *, today: date | None = None) -> IdNumber:
    """Read an 18-digit number; full-width digits, spaces and a small x are accepted.

    Raises:
        IdNumberInvalid: one of its subclasses says what is wrong.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if _OLD_FOREIGN.fullmatch(number) or (len(number) == 18 and number.isdecimal() and number[0] == "9"):
        raise IdNumberForeign
    _check_form(number)
    birth_date = _birth_date(number, today)
    if not _PROVINCE.match(number):
        raise IdNumberRegion
    if number[-1] != check_digit(number[:17]):
        raise IdNumberCheckDigit
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdNumber(text=number, birth_date=birth_date, sex=sex, region_code=number[:6])


def parse_person_number(text: str, *, today: date | None = None) -> IdNumber:
    """Read a citizen's number or that of a foreigner's permanent residence card, which a window has looked at.

    The card's number has the same length, birth date and check character: 9, the province that took the application
    (2 digits), the country (3 digits, ISO 3166-1), birth date, sequence, check. ``region_code`` is the province's.

    Raises:
        IdNumberInvalid: one of its subclasses; IdNumberForeign for a card of before 2023, which has no such number.
    Source: 国家移民管理局 notice on the new permanent residence card, 2023; GB 11643 for the check character.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if _OLD_FOREIGN.fullmatch(number):
        raise IdNumberForeign("这是旧版外国人永久居留证号码。", mend="请先到出入境管理部门换领新版证件（18位号码）。")
    if not is_residence_card(number):
        return parse_id_number(number, today=today)
    _check_form(number)
    birth_date = _birth_date(number, today)
    if not _PROVINCE.match(number[1:]):
        raise IdNumberRegion
    if number[-1] != check_digit(number[:17]):
        raise IdNumberCheckDigit
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdNumber(text=number, birth_date=birth_date, sex=sex, region_code=f"{number[1:3]}0000")


def is_residence_card(number: str) -> bool:
    """Tell whether a number looks like a foreigner's permanent residence card (no citizen's begins with 9)."""
    return len(number) == 18 and number[:17].isdecimal() and number[0] == "9"


def check_digit(first_17: str) -> str:
    """Return the 18th character for 17 digits (ISO 7064 MOD 11-2).

    Source: GB 11643-1999, 3.4.
    """
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECK[total % 11]


def age_on(birth_date: date, day: date) -> int:
    """Return full years of age on ``day``: one born on 29 February is a year older on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _check_form(number: str) -> None:
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise IdNumberLength("15位的旧身份证号码已经停用。", mend="请填写新身份证上的18位号码。")
    if len(number) != 18:
        raise IdNumberLength(f"身份证号码应为18位，您填写了{len(number)}位。")
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        raise IdNumberCharacters


def _birth_date(number: str, today: date | None) -> date:
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdNumberBirthDate from None
    if birth_date.year < 1850 or (today is not None and birth_date > today):
        raise IdNumberBirthDate
    return birth_date
