"""Small pieces: prose, the position drawing, caches, differences."""

from __future__ import annotations

from functools import partial
from itertools import count

import pytest

from shimin.capabilities.catalogue.cache import Versioned, VersionedMap, stamp
from shimin.capabilities.catalogue.folder.differences import differences
from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.catalogue.web.position import position_svg
from shimin.capabilities.catalogue.web.prose import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
        ("- 一\n- **二**", "<ul><li>一</li><li><strong>二</strong></li></ul>"),
        ("1. 一\n2. 二", "<ol><li>一</li><li>二</li></ol>"),
        ("## 题\n文", "<h3>题</h3><p>文</p>"),
        ("[官网](https://a.cn/x)", '<p><a href="https://a.cn/x" rel="noopener">官网</a></p>'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ('[x](https://a.cn/"onclick=1)', '<p><a href="https://a.cn/&quot;onclick=1" rel="noopener">x</a></p>'),
        ("<script>", "<p>&lt;script&gt;</p>"),
    ],
)
def test_prose(text, html):
    assert prose(text) == html


def test_tables():
    html = prose("| 甲 | 乙 |\n|---|---|\n| 1 | <b> |")
    assert '<th scope="col">甲</th>' in html
    assert "<td>1</td><td>&lt;b&gt;</td>" in html


def test_position_names_the_districts(places):
    drawing = position_svg(get_region("430104"), 112.94, 28.23, "<厅>")
    assert "岳麓" in drawing
    assert "开福" in drawing
    assert "<厅>" not in drawing


def test_no_position_far_from_the_city_or_without_districts(places):
    assert position_svg(get_region("430100"), 87.6, 43.8, "厅") == ""
    assert position_svg(get_region("430200"), 113.1, 27.8, "厅") == ""


def test_cached_values_follow_the_stamp(db):
    value = Versioned(count(1).__next__)
    assert [value.value(), value.value()] == [1, 1]
    stamp.forget()
    assert value.value() == 2


def test_cached_maps_are_bounded_and_keep_no_errors(db):
    kept = VersionedMap[int](entries=2)
    for key in (1, 2, 3):
        assert kept.get(key, partial(int, key)) == key
    assert kept.get(1, lambda: 10) == 10  # the oldest had to go
    assert kept.get(3, lambda: 30) == 3
    with pytest.raises(ZeroDivisionError):
        kept.get(4, lambda: 1 // 0)
    assert kept.get(4, lambda: 4) == 4


def test_differences():
    old = {"a": 1, "b": {"c": [1, 2]}, "gone": "x"}
    new = {"a": 1, "b": {"c": [1, 3]}, "new": "y"}
    assert list(differences(old, new)) == ["~ b.c[2]: 2 → 3", "- gone: x", "+ new: y"]
