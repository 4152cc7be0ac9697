from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.values.names import NameInvalid, normalise_foreign_name, normalise_name
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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("\uf90a敏", "\u91d1敏"),  # a compatibility ideograph of 金
        ("\u2f38敏", "弓敏"),  # a radical of 弓
        ("王⼀⽂", "王一文"),
        ("阿依古丽\u30fb买买提", "阿依古丽·买买提"),
    ],
)
def test_one_character_for_what_is_the_same(typed, name):
    assert normalise_name(typed) == name


@pytest.mark.parametrize(
    "name",
    [
        "周\u200d敏", "周\u202e敏", "周敏\ufe00\u200b", "周\ufeff敏", "周\U000e0100敏",  # nobody sees these
        "周\u30cb", "\u3106敏", "周\u3127", "周\u4e28\u0441",  # ニ, ㄆ, ㄧ, Cyrillic с
        "周\U0001f225敏", "⿰氵敏", "周\u2e80", "囗\u25a1",
    ],
)  # fmt: skip
def test_refuses_what_only_looks_like_a_name(name):
    with pytest.raises(NameInvalid):
        normalise_name(name)


@pytest.mark.parametrize(
    "name", ["J\u043ehn Smith", "John Sm\u0456th", "\u0391nna", "Jo\u200bhn", "Ann\u202ea", "J0hn"]
)
def test_refuses_foreign_names_with_letters_of_other_scripts(name):
    with pytest.raises(NameInvalid):
        normalise_foreign_name(name)


def test_keeps_characters_apart_that_only_look_alike():
    assert len({normalise_name(f"周{each}") for each in "己已巳日曰未末士土"}) == 9


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
