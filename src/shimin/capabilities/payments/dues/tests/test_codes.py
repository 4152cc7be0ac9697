"""Payment codes: each slip of one digit is found, and told from a code of another region."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.capabilities.payments.dues.public import CodeInvalid, CodeOfAnotherRegion, check_code, grouped, make_code


@given(st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_found(place, shift):
    code = make_code("430100", 2026)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    with pytest.raises(CodeInvalid):
        check_code(wrong)
    assert check_code(grouped(code)) == code


def test_a_new_code_names_region_and_year_and_nothing_else():
    codes = {make_code("430100", 2026) for _ in range(200)}
    assert len(codes) == 200
    assert {code[:8] for code in codes} == {"43010026"}
    assert {len(code) for code in codes} == {20}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "只有数字"),
        ("abc", "只有数字"),
        ("１２３", "只有数字"),
        ("123", "应为20位"),
        ("4301" + "0" * 30, "应为20位"),
        ("4301 0026 0000 0000 0001", "逐位核对"),
    ],
)
def test_says_what_is_wrong(text, words):
    with pytest.raises(CodeInvalid) as wrong:
        check_code(text)
    assert words in wrong.value.fields["code"]


def test_a_code_of_another_region_is_told_as_such():
    with pytest.raises(CodeOfAnotherRegion) as wrong:
        check_code("11010026000000000001")
    assert "110100" in wrong.value.fields["code"]
