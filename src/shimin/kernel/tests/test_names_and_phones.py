from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.values.names import NameInvalid, normalise_name
from shimin.kernel.values.phones import PhoneInvalid, normalise_phone


@pytest.mark.parametrize("dot", "•・･‧∙⋅．.●·")
def test_writes_every_dot_as_one(dot):
    assert normalise_name(f" 阿依古丽 {dot} 买买提 ") == "阿依古丽·买买提"


@pytest.mark.parametrize("name", ["周敏", "王𠮷祥", "㛃玥", "𬎆娜", "〇七", "𰻝𰻝"])
def test_accepts_rare_characters(name):
    assert normalise_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "周",
        "周·",
        "·周敏",
        "周··敏",
        "Zhou Min",
        "周min",
        "周敏😀",
        "周敏<b>",
        "周\x00敏",
        "周" * 51,
        "敏" * 20_000,
        "周\ue000",
    ],
)
def test_refuses_what_is_no_name(name):
    with pytest.raises(NameInvalid) as caught:
        normalise_name(name)
    assert "name" in caught.value.fields


@given(name=st.text(alphabet="周敏欧阳·𠮷 ", max_size=60))
def test_normalising_twice_changes_nothing(name):
    try:
        once = normalise_name(name)
    except NameInvalid:
        return
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    "text",
    ["13800000001", "138 0000 0001", "138-0000-0001", "+86 13800000001", "008613800000001", "１３８０００００００１"],
)
def test_accepts_the_ways_people_type_a_phone(text):
    assert normalise_phone(text) == "13800000001"


@pytest.mark.parametrize(
    "text",
    ["", "12345", "12800000001", "1380000000", "138000000011", "073188888888", "١٣٨٠٠٠٠٠٠٠١", "1" * 20_000, "😀"],
)
def test_refuses_what_is_no_mobile_number(text):
    with pytest.raises(PhoneInvalid):
        normalise_phone(text)
