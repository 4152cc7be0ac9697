from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from shimin.kernel.values import id_numbers
from shimin.kernel.values.id_numbers import IdNumber, Sex, age_on, check_digit, parse_id_number

births = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31))
orders = st.integers(min_value=1, max_value=999)


def number(birth: date, order: int, region: str = "430104") -> str:
    first = f"{region}{birth:%Y%m%d}{order:03d}"
    return first + check_digit(first)


@given(birth=births, order=orders)
def test_reads_every_valid_number(birth, order):
    text = number(birth, order)
    expected_sex = Sex.MALE if order % 2 else Sex.FEMALE
    assert parse_id_number(text) == IdNumber(text, birth, expected_sex, "430104")


@given(birth=births, order=orders)
def test_check_digit_is_the_one_stdnum_computes(birth, order):
    text = number(birth, order)
    assert text[-1] == ric.calc_check_digit(text)


@given(birth=births, order=orders, place=st.integers(0, 16), shift=st.integers(1, 9))
def test_notices_every_single_wrong_digit(birth, order, place, shift):
    text = number(birth, order)
    wrong = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]
    with pytest.raises(id_numbers.IdNumberInvalid):
        parse_id_number(wrong)


def test_accepts_the_ways_people_type():
    text = number(date(1990, 5, 17), 12)
    spaced = f" {text[:6]} {text[6:14]} {text[14:]} "
    assert parse_id_number(spaced).text == text
    full_width = text.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert parse_id_number(full_width).text == text
    ends_with_x = next(n for n in (number(date(1990, 5, 17), order) for order in range(1, 99)) if n.endswith("X"))
    assert parse_id_number(ends_with_x.lower()).text == ends_with_x


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", id_numbers.IdNumberLength),
        ("4301041990051700", id_numbers.IdNumberLength),
        ("430104900517002", id_numbers.IdNumberLength),
        ("43010419900517002Y", id_numbers.IdNumberCharacters),
        ("43010X199005170021", id_numbers.IdNumberCharacters),
        ("430104199013170021", id_numbers.IdNumberBirthDate),
        ("430104199002300021", id_numbers.IdNumberBirthDate),
        ("430104000002300021", id_numbers.IdNumberBirthDate),
        ("990104199005170021", id_numbers.IdNumberForeign),
        ("160104199005170021", id_numbers.IdNumberRegion),
        ("430104199005170000", id_numbers.IdNumberCheckDigit),
        ("USA110067890123", id_numbers.IdNumberForeign),
        ("911124198108030024", id_numbers.IdNumberForeign),
        ("²30104199005170021", id_numbers.IdNumberInvalid),
        ("😀" * 18, id_numbers.IdNumberCharacters),
        ("4" * 20_000, id_numbers.IdNumberLength),
    ],
)
def test_names_what_is_wrong(text, error):
    with pytest.raises(error) as caught:
        parse_id_number(text)
    assert caught.value.fields == {"id_number": caught.value.message}
    assert text not in caught.value.message or not text


def test_refuses_a_birth_in_the_future_when_told_the_day():
    text = number(date(2026, 11, 23), 1)
    assert parse_id_number(text, today=date(2026, 11, 23)).birth_date == date(2026, 11, 23)
    with pytest.raises(id_numbers.IdNumberBirthDate):
        parse_id_number(text, today=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 11, 22), date(2026, 11, 21), 17),
        (date(2008, 11, 22), date(2026, 11, 22), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_rises_on_the_birthday(birth, day, age):
    assert age_on(birth, day) == age


@given(birth=births, days=st.integers(0, 40_000))
def test_age_never_falls(birth, days):
    day = birth + timedelta(days=days)
    assert 0 <= age_on(birth, day) <= age_on(birth, day + timedelta(days=1)) <= age_on(birth, day) + 1
