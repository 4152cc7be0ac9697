"""Values in the words people use: ¥200.00, 2026年11月6日 08:14, 有效."""

from __future__ import annotations

from datetime import date, datetime

from shimin.capabilities.enquiries.domain.fields import FieldRule, FieldType, Value
from shimin.kernel.clock import CHINA
from shimin.kernel.values.money import format_fen

NOTHING = "—"


def say_value(rule: FieldRule, value: Value) -> str:
    """Return an accepted value in words, with its unit."""
    if value is None:
        return NOTHING
    match rule.type:
        case FieldType.FEN:
            return format_fen(int(value))
        case FieldType.BOOLEAN:
            return "是" if value else "否"
        case FieldType.ENUM:
            return rule.words[str(value)].text
        case FieldType.DATE:
            return _say_date(date.fromisoformat(str(value)))
        case FieldType.MOMENT:
            moment = datetime.fromisoformat(str(value)).astimezone(CHINA)
            return f"{_say_date(moment.date())} {moment:%H:%M}"
        case FieldType.MONTH:
            return f"{str(value)[:4]}年{int(str(value)[5:7])}月"
        case FieldType.PLATE:
            text = str(value)
            return f"{text[:2]}·{text[2:]}" if len(text) > 6 else text
        case _:
            return f"{value}{' ' + rule.unit if rule.unit else ''}"


def _say_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
