from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.values.money import MAX_FEN, InvalidAmount, format_fen, parse_yuan, write_capitals
from shimin.kernel.values.numbers import ALPHABET, PublicNumberInvalid, check_public_number, new_public_number

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (20000, "¥200.00"),
        (1, "¥0.01"),
        (0, "¥0.00"),
        (-1, "-¥0.01"),
        (-12345678, "-¥123,456.78"),
        (10**11, "¥1,000,000,000.00"),
    ],
)
def test_writes_amounts(fen, text):
    assert format_fen(fen) == text


@given(fen=st.integers(0, MAX_FEN))
def test_reads_what_it_wrote(fen):
    assert parse_yuan(format_fen(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角整"),
        (105, "人民币壹元零伍分"),
        (110, "人民币壹元壹角整"),
        (15_000, "人民币壹佰伍拾元整"),
        (140_950, "人民币壹仟肆佰零玖元伍角整"),  # an example of the rule itself
        (600_714, "人民币陆仟零柒元壹角肆分"),  # and another
        (1_000_100, "人民币壹万零壹元整"),
        (100_000_000_100, "人民币壹拾亿零壹元整"),
        (MAX_FEN, "人民币壹万亿元整"),
    ],
)
def test_writes_amounts_in_capitals(fen, text):
    assert write_capitals(fen) == text


@given(fen=st.integers(0, 10**12 - 1))
def test_capitals_are_read_back_as_the_same_amount(fen):
    assert _read_capitals(write_capitals(fen)) == fen


def _read_capitals(text: str) -> int:
    """Add up places: a reader of its own, which takes 零 and 整 for nothing."""
    total = section = digit = 0
    for mark in text.removeprefix("人民币"):
        if (value := "零壹贰叁肆伍陆柒捌玖".find(mark)) >= 0:
            digit = value
        elif mark in "拾佰仟":
            section, digit = section + digit * {"拾": 10, "佰": 100, "仟": 1000}[mark], 0
        elif mark in "万亿":
            total, section, digit = total + (section + digit) * {"万": 10**6, "亿": 10**10}[mark], 0, 0
        elif mark == "元":
            total, section, digit = total + (section + digit) * 100, 0, 0
        elif mark in "角分":
            total, digit = total + digit * {"角": 10, "分": 1}[mark], 0
    return total


@pytest.mark.parametrize("fen", [-1, MAX_FEN + 1])
def test_has_no_capitals_for_what_is_no_amount(fen):
    with pytest.raises(ValueError, match="no amount"):
        write_capitals(fen)


@pytest.mark.parametrize(
    ("text", "fen"), [("1.5", 150), ("200", 20000), ("￥35.50", 3550), (" ¥ 1,200.00 ", 120000), ("0.07", 7), ("0", 0)]
)
def test_reads_amounts_as_people_write_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "¥",
        "-1",
        "1.234",
        "1e3",
        "1,2,3",
        "12,00",
        ".5",
        "1.",
        "１２",
        "٣",
        "1 000",
        "nan",
        "9" * 13,
        "1000000000001",
        "二百",
    ],
)
def test_refuses_what_is_no_amount(text):
    with pytest.raises(InvalidAmount):
        parse_yuan(text)


@given(yuan=st.integers(0, 10**9), cents=st.integers(0, 99))
def test_never_loses_a_fen(yuan, cents):
    assert parse_yuan(f"{yuan}.{cents:02d}") == yuan * 100 + cents


numbers = st.builds(lambda: new_public_number("430100", NOW))


def test_a_number_says_region_and_day_in_china():
    number = new_public_number("430100", datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
    assert number.startswith("430100261123")
    assert len(number) == 19


@given(number=numbers)
def test_accepts_its_own_numbers_however_they_are_typed(number):
    typed = f" {number[:6].lower()} {number[6:12]}-{number[12:].lower()} "
    assert check_public_number(typed) == number
    assert check_public_number(number.replace("0", "O").replace("1", "l")) == number


@given(number=numbers, place=st.integers(0, 18), other=st.sampled_from(ALPHABET))
def test_notices_every_single_wrong_character(number, place, other):
    wrong = number[:place] + other + number[place + 1 :]
    if wrong == number:
        return
    with pytest.raises(PublicNumberInvalid):
        check_public_number(wrong)


@given(number=numbers, first=st.integers(0, 18), second=st.integers(0, 18))
def test_notices_every_swap(number, first, second):
    characters = list(number)
    characters[first], characters[second] = characters[second], characters[first]
    wrong = "".join(characters)
    if wrong == number:
        return
    with pytest.raises(PublicNumberInvalid):
        check_public_number(wrong)


@pytest.mark.parametrize(
    "text", ["", "430100", "430100261122ABCDEFU", "4" * 20, "4" * 20_000, "😀" * 19, "４３０１００261122ABCDEF7"]
)
def test_refuses_what_is_no_number(text):
    with pytest.raises(PublicNumberInvalid):
        check_public_number(text)


@pytest.mark.parametrize("region", ["", "4301", "43010A", "４３０１００"])
def test_refuses_a_region_that_is_none(region):
    with pytest.raises(ValueError, match="region code"):
        new_public_number(region, NOW)


def test_numbers_are_drawn_by_chance():
    assert len({new_public_number("430100", NOW) for _ in range(1000)}) == 1000
