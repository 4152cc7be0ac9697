from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.values import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("周敏", "周*"),
        ("周晓敏", "周*敏"),
        ("欧阳晓敏", "欧**敏"),
        ("阿依古丽·买买提", "阿******提"),
        ("敏", "*"),
        ("", ""),
    ],
)
def test_masks_names(name, masked):
    assert masking.mask_name(name) == masked


def test_counts_a_rare_character_as_one():
    assert masking.mask_name("王𠮷祥") == "王*祥"


@pytest.mark.parametrize(
    ("function", "value", "masked"),
    [
        (masking.mask_id_number, "430104199005170021", "430***********0021"),
        (masking.mask_phone, "13800000001", "138****0001"),
        (masking.mask_bank_card, "6222021234567890123", "***************0123"),
        (masking.mask_plate, "湘A12345", "湘A****5"),
        (masking.mask_plate, "湘AD12345", "湘A*****5"),
        (masking.mask_email, "zhou.min@example.com", "z***@example.com"),
        (masking.mask_email, "no address", "**********"),
        (masking.mask_phone, "1380001", "*******"),
        (masking.mask_id_number, "43010", "*****"),
    ],
)
def test_masks_values(function, value, masked):
    assert function(value) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("湖南省长沙市岳麓区望城坡街道枫林三路100号", "湖南省长沙市岳麓区望城坡街道****"),
        ("长沙市宁乡市花明楼镇炭子冲村3组", "长沙市宁乡市花明楼镇****"),
        ("江苏省镇江市丹徒区高资街道幸福小区3栋", "江苏省镇江市丹徒区高资街道****"),
        ("长沙市岳麓区枫林三路100号", "长沙市岳麓区****"),
        ("东莞市长安镇锦厦小区2号", "东莞市长安镇****"),
        ("广西壮族自治区南宁市青秀区新竹街道5号", "广西壮族自治区南宁市青秀区新竹街道****"),
        ("幸福小区3栋201", "****"),
        ("长沙市", "长沙市"),
    ],
)
def test_shows_an_address_down_to_the_town(address, masked):
    assert masking.mask_address(address) == masked


@given(name=st.text(min_size=2, max_size=60))
def test_a_name_never_shows_more_than_its_ends(name):
    masked = masking.mask_name(name)
    assert len(masked) == len(name)
    assert set(masked[1:-1]) <= {"*"}


@given(value=st.text(max_size=40))
def test_numbers_never_show_more_than_seven_characters(value):
    for function in (masking.mask_id_number, masking.mask_phone, masking.mask_bank_card, masking.mask_plate):
        masked = function(value)
        assert len(masked) == len(value)
        assert sum(character != "*" for character in masked) <= 7
        if value.strip("*"):
            assert masked != value


@given(road=st.text(alphabet="枫林三路幸福小区花园栋单元室0123456789号", min_size=1, max_size=30))
def test_never_shows_a_house_number(road):
    masked = masking.mask_address("湖南省长沙市岳麓区望月湖街道" + road)
    assert not any(character.isdigit() for character in masked)
