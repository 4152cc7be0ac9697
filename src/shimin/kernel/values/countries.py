"""Who gives out passports: three-letter codes of ICAO 9303-3, with Chinese and English names.

Codes are those of ISO 3166-1 with ICAO's own (D for Germany, GBN, UNO, XXB …); English names are those of the time-zone
database, Chinese ones those that consular services use. Which of them is recognised is for the register to say.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shimin.kernel.errors import InvalidInput

_FILE = Path(__file__).parent / "data" / "countries.csv"


@dataclass(frozen=True, slots=True)
class Country:
    """One issuer."""

    code: str
    chinese: str
    english: str


class CountryInvalid(InvalidInput):
    """No state, territory or body that gives out passports."""

    code = "country_invalid"

    def __init__(self) -> None:
        words = "请选择护照的签发国家。"
        super().__init__(words, fields={"issuer": words})


def _load() -> Mapping[str, Country]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = [Country(row["code"], row["chinese"], row["english"]) for row in csv.DictReader(lines)]
    return {row.code: row for row in sorted(rows, key=lambda row: row.english)}


COUNTRIES = _load()


def normalise_country(text: str) -> str:
    """Return an issuer's code.

    Raises:
        CountryInvalid: see the class.
    """
    code = "".join(unicodedata.normalize("NFKC", text[:20]).split()).upper()
    if code not in COUNTRIES:
        raise CountryInvalid
    return code
