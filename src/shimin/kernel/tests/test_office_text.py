"""Files as offices save them are read as what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.values.office_text import decode_office_text

TEXT = "编号,标题\n1,“公交”——晚点𠮷\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_reads_what_offices_save(encoding):
    assert decode_office_text(TEXT.encode(encoding)) == TEXT


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")))
def test_every_text_in_utf_8_comes_back(text):
    assert decode_office_text(text.encode()) == text


def test_refuses_what_is_no_text():
    with pytest.raises(UnicodeDecodeError):
        decode_office_text(b"a,b\n\xff\xff\xff\x00")
