"""A score beside an outside series."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from shimin.capabilities.indicators.index.correlation import correlate
from shimin.capabilities.indicators.public import IndexFault


def series(*values, names="甲乙丙丁戊己庚辛"):
    return dict(zip(names, map(Fraction, values), strict=False))


def test_a_line_is_one_and_its_mirror_minus_one():
    found = correlate(series(1, 2, 3, 4), series(10, 20, 30, 40))
    assert found.size == 4
    assert [found.pearson, found.spearman] == pytest.approx([1, 1])
    assert correlate(series(1, 2, 3, 4), series(4, 3, 2, 1)).pearson == pytest.approx(-1)


def test_ranks_see_order_alone_and_ties_share_theirs():
    assert correlate(series(1, 2, 3, 4), series(1, 2, 3, 1000)).spearman == pytest.approx(1)
    # Checked by hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    assert correlate(series(1, 2, 2, 4), series(1, 2, 3, 4)).spearman == pytest.approx(0.9486832980505138)


def test_names_regions_of_one_series_only():
    found = correlate(series(1, 2, 4, 9), series(1, 3, 2, 8, names="甲乙丙己"))
    assert (found.size, found.left_out) == (3, ("丁", "己"))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (series(1, 2), series(1, 2), "2 regions in common"),
        (series(1, 2, 3), series(1, 2, 3, names="子丑寅"), "0 regions in common"),
        (series(1, 2, 3), series(5, 5, 5), "the same value everywhere"),
    ],
)
def test_refuses_what_says_nothing(first, second, words):
    with pytest.raises(IndexFault, match=words):
        correlate(first, second)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=3, max_size=8))
def test_lies_between_minus_one_and_one_and_does_not_care_for_sides(pairs):
    first, second = series(*(a for a, _ in pairs)), series(*(b for _, b in pairs))
    if len(set(first.values())) == 1 or len(set(second.values())) == 1:
        return
    there, back = correlate(first, second), correlate(second, first)
    assert -1.000001 <= there.pearson <= 1.000001
    assert -1.000001 <= there.spearman <= 1.000001
    assert there.pearson == pytest.approx(back.pearson)


def test_the_command_tells_both_and_who_is_left_out(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("region,cisi\n长沙,50\n湘潭,30\n株洲,40\n岳阳,20\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("region,gdp\n长沙,9\n湘潭,3\n株洲,5\n衡阳,4\n", encoding="utf-8")
    files = ["--input", str(tmp_path / "a.csv"), "--with", str(tmp_path / "b.csv")]
    call_command("index", "correlate", *files, "--column", "cisi", "--other", "gdp")
    out = capsys.readouterr()
    assert "3 regions: Pearson 0.982, Spearman 1.000" in out.out
    assert "岳阳, 衡阳" in out.err or "衡阳, 岳阳" in out.err
    with pytest.raises(CommandError, match="no column gpd"):
        call_command("index", "correlate", *files, "--column", "cisi", "--other", "gpd")
