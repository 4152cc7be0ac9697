import pytest

from shimin.capabilities.enquiries.domain.fields import (
    MOST_RECORDS,
    FieldRule,
    FieldType,
    Word,
    WrongAnswer,
    accept_records,
)

WORDS = {"paid": Word("已缴")}


def accept(type_, value, **more):
    rule = FieldRule("x", "值", FieldType(type_), words=WORDS, **more)
    return accept_records({"x": rule}, [{"x": value}])[0]["x"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", "岳麓区"), ("date", "2026-11-06"), ("moment", "2026-11-06T08:14:00+08:00"), ("month", "2026-11"),
        ("fen", 0), ("fen", -5), ("integer", 12), ("decimal", 3.1), ("decimal", 3), ("enum", "paid"),
        ("boolean", False), ("plate", "湘A12345"), ("phone", "13800000001"),
    ],
)  # fmt: skip
def test_takes_a_value_of_its_type(type_, value):
    assert accept(type_, value) == value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", 1), ("text", "长" * 501), ("text", ["a"]), ("date", "2026-02-30"), ("date", "06/11/2026"),
        ("date", 20261106), ("moment", "2026-11-06T08:14:00"), ("moment", "yesterday"), ("month", "2026-13"),
        ("month", "2026-1"), ("fen", 1.5), ("fen", "100"), ("fen", True), ("fen", 10**15), ("integer", 1.0),
        ("decimal", float("nan")), ("decimal", float("inf")), ("enum", "stolen"), ("enum", 1), ("boolean", 1),
        ("boolean", "true"), ("plate", 5),
    ],
)  # fmt: skip
def test_refuses_a_value_of_another_type(type_, value):
    with pytest.raises(WrongAnswer, match="x is no"):
        accept(type_, value)


def test_empty_is_for_optional_fields_only():
    assert accept("date", None, optional=True) is None
    with pytest.raises(WrongAnswer, match="x is empty"):
        accept("date", None)


def test_masks_before_anything_is_shown_or_kept():
    assert accept("text", "刘建国", mask="name") == "刘*国"
    assert accept("phone", "13800000001", mask="phone") == "138****0001"


RULES = {"a": FieldRule("a", "甲", FieldType.TEXT)}


def test_refuses_fields_that_were_not_asked_for():
    with pytest.raises(WrongAnswer, match="unasked fields: id_number"):
        accept_records(RULES, [{"a": "1", "id_number": "430104199005179006"}])


def test_refuses_missing_fields():
    with pytest.raises(WrongAnswer, match="missing fields: a"):
        accept_records(RULES, [{}])


def test_refuses_a_flood_of_records():
    with pytest.raises(WrongAnswer, match="records, at most"):
        accept_records(RULES, [{"a": "1"}] * (MOST_RECORDS + 1))


def test_the_fault_never_tells_the_value():
    with pytest.raises(WrongAnswer) as fault:
        accept("date", "430104199005179006")
    assert "4301" not in str(fault.value)
