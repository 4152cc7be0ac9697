"""The fields of a record: their types, and the check that nothing else comes through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shimin.kernel.values import masking

LONGEST_TEXT = 500
MOST_RECORDS = 500

Value = str | int | float | bool | None
RecordRow = Mapping[str, Value]


class FieldType(StrEnum):
    """What a value means, hence how it is checked and worded."""

    TEXT = "text"
    DATE = "date"  # 2026-11-06
    MOMENT = "moment"  # RFC 3339
    MONTH = "month"  # 2026-11
    FEN = "fen"
    INTEGER = "integer"
    DECIMAL = "decimal"
    ENUM = "enum"
    BOOLEAN = "boolean"
    PLATE = "plate"
    PHONE = "phone"


class Light(StrEnum):
    """How a state is marked, always together with its word."""

    NONE = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Word:
    """How an enum value is said."""

    text: str
    light: Light = Light.NONE


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One named field. ``mask`` names a rule of ``kernel.values.masking`` applied before anything is shown or kept."""

    name: str
    title: str
    type: FieldType
    optional: bool = False
    unit: str = ""
    mask: str = ""
    words: Mapping[str, Word] = field(default_factory=dict)


class WrongAnswer(ValueError):
    """The source's answer does not keep to the declaration. The text names fields and types, never a value."""


def parse_fields(part: Mapping[str, Any]) -> dict[str, FieldRule]:
    """Read the ``fields`` of a view."""
    return {name: _parse_field(name, rule) for name, rule in part.items()}


def _parse_field(name: str, rule: Mapping[str, Any]) -> FieldRule:
    words = {value: _parse_word(word) for value, word in rule.get("words", {}).items()}
    return FieldRule(
        name=name,
        title=rule["title"],
        type=FieldType(rule["type"]),
        optional=rule.get("optional", False),
        unit=rule.get("unit", ""),
        mask=rule.get("mask", ""),
        words=words,
    )


def _parse_word(word: str | Mapping[str, str]) -> Word:
    if isinstance(word, str):
        return Word(word)
    return Word(word["text"], Light(word.get("light", "grey")))


def accept_records(rules: Mapping[str, FieldRule], records: Sequence[Mapping[str, Any]]) -> tuple[RecordRow, ...]:
    """Return the records with exactly the declared fields, each of its type, masked.

    Raises:
        WrongAnswer: a field is missing, unknown or of another type, or there are far too many records.
    """
    if len(records) > MOST_RECORDS:
        raise WrongAnswer(f"{len(records)} records, at most {MOST_RECORDS} are expected")
    return tuple(_accept_record(rules, record) for record in records)


def _accept_record(rules: Mapping[str, FieldRule], record: Mapping[str, Any]) -> RecordRow:
    if unknown := sorted(set(record) - set(rules)):
        raise WrongAnswer(f"unasked fields: {', '.join(unknown)[:200]}")
    if missing := sorted(set(rules) - set(record)):
        raise WrongAnswer(f"missing fields: {', '.join(missing)}")
    return {name: _accept_value(rule, record[name]) for name, rule in rules.items()}


def _accept_value(rule: FieldRule, value: Any) -> Value:
    if value is None:
        if rule.optional:
            return None
        raise WrongAnswer(f"{rule.name} is empty")
    if not _CHECKS[rule.type](value) or (rule.type is FieldType.ENUM and value not in rule.words):
        raise WrongAnswer(f"{rule.name} is no {rule.type}")
    accepted: Value = MASKS[rule.mask](value) if rule.mask else value
    return accepted


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15


def _is_decimal(value: object) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _is_date(value: object) -> bool:
    return _parses(value, date.fromisoformat, 10)


def _is_moment(value: object) -> bool:
    return _parses(value, lambda text: datetime.fromisoformat(text).tzinfo or _no_zone(), 40)


def _is_month(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value) is not None


def _parses(value: object, parse: Callable[[str], object], longest: int) -> bool:
    if not isinstance(value, str) or len(value) > longest:
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _no_zone() -> object:
    raise ValueError("a moment needs its zone")


_CHECKS: Mapping[FieldType, Callable[[object], bool]] = {
    FieldType.TEXT: _is_text,
    FieldType.DATE: _is_date,
    FieldType.MOMENT: _is_moment,
    FieldType.MONTH: _is_month,
    FieldType.FEN: _is_integer,
    FieldType.INTEGER: _is_integer,
    FieldType.DECIMAL: _is_decimal,
    FieldType.ENUM: _is_text,
    FieldType.BOOLEAN: lambda value: isinstance(value, bool),
    FieldType.PLATE: _is_text,
    FieldType.PHONE: _is_text,
}

MASKS: Mapping[str, Callable[[str], str]] = {
    "name": masking.mask_name,
    "id_number": masking.mask_id_number,
    "phone": masking.mask_phone,
    "bank_card": masking.mask_bank_card,
    "address": masking.mask_address,
    "plate": masking.mask_plate,
}
