"""Papers that say who somebody is: the identity card and what foreigners and people of Hong Kong, Macao, Taiwan carry.

The form of a number only is checked here; whether the paper is the person's is asked at the register that gave it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.countries import COUNTRIES, normalise_country
from shimin.kernel.values.id_numbers import (
    IdNumberForeign,
    is_residence_card,
    parse_id_number,
    parse_person_number,
)
from shimin.kernel.values.names import normalise_foreign_name, normalise_name

_OLDEST_YEAR = 1850
# Before 2023: a country and digits. Sources differ on what the digits say, so nothing is read from them.
_OLD_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,9}")  # ICAO 9303-4: nine places in the machine-readable zone
_HKM_PERMIT = re.compile(r"([HM][0-9]{8})([0-9]{2})?")
_TAIWAN_PERMIT = re.compile(r"([0-9]{8})([0-9]{2})?")
_PERMIT_PROVINCES = ("71", "81", "82", "83")  # residence permits of Taiwan (71, 83), Hong Kong, Macao


class PaperKind(StrEnum):
    """What somebody shows; codes of GA/T 2000.156 are 111, 553, 414, 516, 511."""

    ID_CARD = "id_card"
    RESIDENCE_CARD = "residence_card"
    PASSPORT = "passport"
    HKM_PERMIT = "hkm_permit"
    TAIWAN_PERMIT = "taiwan_permit"

    @property
    def words(self) -> str:
        """The paper's name."""
        return _WORDS[self]

    @property
    def english(self) -> str:
        """The paper's name for who reads no Chinese."""
        return _ENGLISH[self]


_WORDS = {
    PaperKind.ID_CARD: "居民身份证",
    PaperKind.RESIDENCE_CARD: "外国人永久居留身份证",
    PaperKind.PASSPORT: "护照",
    PaperKind.HKM_PERMIT: "港澳居民来往内地通行证",
    PaperKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
}
_ENGLISH = {
    PaperKind.ID_CARD: "Resident identity card",
    PaperKind.RESIDENCE_CARD: "Foreign permanent resident ID card",
    PaperKind.PASSPORT: "Passport",
    PaperKind.HKM_PERMIT: "Mainland travel permit (Hong Kong, Macao)",
    PaperKind.TAIWAN_PERMIT: "Mainland travel permit (Taiwan)",
}
_FORMS = {
    PaperKind.PASSPORT: "护照号码应为5到9位字母和数字，其中至少有一位数字。",
    PaperKind.HKM_PERMIT: "通行证号码应为 H 或 M 开头，后面8位数字（旧证10位）。",
    PaperKind.TAIWAN_PERMIT: "通行证号码应为8位数字（旧证10位）。",
    PaperKind.RESIDENCE_CARD: "证件号码应为9开头的18位，或旧证的3个字母加12位数字。",
}


class PaperNumberInvalid(InvalidInput):
    """It cannot be a number of a paper of this kind."""

    code = "paper_number_invalid"
    message = "证件号码有误。"
    mend = "请对照证件重新填写。"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"id_number": message})


class BirthDateInvalid(InvalidInput):
    """No day of birth of anybody alive, or another than the number says."""

    code = "birth_date_invalid"

    def __init__(self, message: str = "出生日期有误，请对照证件填写。") -> None:
        super().__init__(message, fields={"birth_date": message})


@dataclass(frozen=True, slots=True)
class Paper:
    """A well-formed paper. ``issuer``: a passport's state (three letters, ICAO 9303-3), else empty."""

    kind: PaperKind
    number: str
    birth_date: date
    issuer: str = ""

    @property
    def text(self) -> str:
        """What the paper is hashed and stored as: numbers of 18 places alone, others with kind and issuer."""
        if len(self.number) == 18:
            return self.number
        return f"{self.kind}/{self.issuer}/{self.number}"

    @property
    def says_birth_date(self) -> bool:
        """Whether the number itself carries the day of birth."""
        return len(self.number) == 18

    @property
    def is_citizens(self) -> bool:
        """Whether it is a mainland citizen's: one number for life, and no other paper beside it here."""
        return self.kind is PaperKind.ID_CARD and self.number[:2] not in _PERMIT_PROVINCES


def read_paper(
    kind: PaperKind, number: str, *, birth_date: date | None = None, issuer: str = "", today: date
) -> Paper:  # fmt: skip
    """Return a paper as it is stored: widths, spaces, hyphens and cases made one; counts of renewal left away.

    Raises:
        IdNumberInvalid, PaperNumberInvalid, BirthDateInvalid, CountryInvalid: mend the input.
        IdNumberForeign: the number of a foreigner's card was given as a citizen's.
    Source: GB 11643; ICAO Doc 9303-3 and -4; numbers of travel permits as the immigration administration prints them.
    """
    text = unicodedata.normalize("NFKC", number[:100])
    compact = re.sub(r"[\s\-‐-―−]", "", text).upper()
    if kind is PaperKind.ID_CARD:
        found = parse_id_number(number, today=today)
        return Paper(kind, found.text, found.birth_date)
    if not compact.isascii():
        raise PaperNumberInvalid("号码里有看起来像字母或数字、其实不是的字符，请换成英文输入法重新填写。")
    if kind is PaperKind.RESIDENCE_CARD and is_residence_card(compact):
        found = parse_person_number(compact, today=today)
        return Paper(kind, found.text, found.birth_date)
    shortened = _shorten(kind, compact)
    state = normalise_country(issuer) if kind is PaperKind.PASSPORT else ""
    return Paper(kind, shortened, _checked(birth_date, today), state)


def reopen_paper(text: str, birth_date: date | None) -> Paper:
    """Return the paper that was stored as ``text``; ``birth_date`` is needed where the number does not carry it."""
    kind, slash, rest = text.partition("/")
    if not slash:
        found = parse_person_number(text)
        card = PaperKind.RESIDENCE_CARD if is_residence_card(text) else PaperKind.ID_CARD
        return Paper(card, found.text, found.birth_date)
    issuer, _, number = rest.partition("/")
    if birth_date is None:
        raise ValueError("a paper without a day of birth")
    return Paper(PaperKind(kind), number, birth_date, issuer)


def normalise_name_on(kind: PaperKind, name: str) -> str:
    """Return a name as the register of this kind of paper writes it.

    Raises:
        NameInvalid: see there.
    """
    is_foreign = kind in (PaperKind.PASSPORT, PaperKind.RESIDENCE_CARD)
    return normalise_foreign_name(name) if is_foreign else normalise_name(name)


def likeness(name: str, birth_date: date) -> str:
    """Return what two papers of one person have in common: the words of the name in any order, and the day of birth.

    A Chinese name on one paper and Latin letters on the other are not alike.
    """
    words = sorted(re.findall(r"[^\W\d_]+", name.upper()))
    return f"{' '.join(words)}/{birth_date.isoformat()}"


def _shorten(kind: PaperKind, number: str) -> str:
    if kind is PaperKind.PASSPORT and _PASSPORT.fullmatch(number):
        return number
    permit = {PaperKind.HKM_PERMIT: _HKM_PERMIT, PaperKind.TAIWAN_PERMIT: _TAIWAN_PERMIT}.get(kind)
    found = permit.fullmatch(number) if permit else None
    if found:
        return found.group(1)  # the rest counts renewals: the first part is the person's for life
    if kind is PaperKind.RESIDENCE_CARD and _OLD_CARD.fullmatch(number) and number[:3] in COUNTRIES:
        return number
    raise PaperNumberInvalid(_FORMS[kind])


def _checked(birth_date: date | None, today: date) -> date:
    if birth_date is None or birth_date.year < _OLDEST_YEAR or birth_date > today:
        raise BirthDateInvalid
    return birth_date


__all__ = [
    "BirthDateInvalid",
    "IdNumberForeign",
    "Paper",
    "PaperKind",
    "PaperNumberInvalid",
    "likeness",
    "normalise_name_on",
    "read_paper",
    "reopen_paper",
]
