"""Tables and methodologies: what is right is exact, what is wrong is named with its place and mend."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shimin.capabilities.indicators.index import ahp, recover, robustness
from shimin.capabilities.indicators.index.methodology import Kind, Scaling
from shimin.capabilities.indicators.index.scores import rescale, rounded
from shimin.capabilities.indicators.public import IndexFault, compute, load_methodology, read_table

ROOT = Path(__file__).resolve().parents[5]
CISI = ROOT / "methodologies" / "cisi-2015"
HEADER = "region,A,B,C\n"
KNOWN = frozenset({"长沙市", "湘潭市", "株洲市", "长沙", "湘潭", "株洲"})


@pytest.fixture
def table(tmp_path):
    def make(text, encoding="utf-8", **options):
        file = tmp_path / "table.csv"
        file.write_bytes(text.encode(encoding))
        return read_table(file, **options)

    return make


@pytest.fixture
def methodology(tmp_path):
    def make(change):
        folder = tmp_path / "own"
        shutil.copytree(CISI, folder)
        document = yaml.safe_load((folder / "methodology.yaml").read_text(encoding="utf-8"))
        change(document)
        (folder / "methodology.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return load_methodology(folder)

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_reads_what_spreadsheets_write(table, encoding):
    read = table(HEADER + '长沙市,８０．５,30,"1,040"\n', encoding)
    assert read.columns["A"]["长沙市"] == Fraction("80.5")
    assert read.columns["C"]["长沙市"] == 1040


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("city,A\n长沙市,1\n", "no column region"),
        (HEADER, "no region"),
        (HEADER + "长沙市,1,2\n", "3 cells under 4 columns"),
        (HEADER + "长沙市,1,2,3\n长沙市,1,2,3\n", ":3: 长沙市 stands in line 2 already"),
        (HEADER + "长砂市,1,2,3\n", "did you mean 长沙市"),
        (HEADER + "长沙市,-1,2,3\n", "A: -1 is negative"),
        (HEADER + "长沙市,50%,2,3\n", "percent sign"),
        (HEADER + "长沙市,abc,2,3\n", "is no number"),
        (HEADER + "长沙市,NaN,2,3\n", "is no number"),
        (HEADER + "长沙市,1e9999,2,3\n", "is no number"),
        ("region,A,A\n长沙市,1,2\n", "column A stands twice"),
    ],
)
def test_names_every_fault_of_a_table(table, text, words):
    with pytest.raises(IndexFault) as caught:
        table(text, known=KNOWN)
    assert words in str(caught.value)
    assert "Mend:" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region,D\n长沙市,1\n", "no column of cisi-2015"),
        (HEADER + "长沙市,1,2,3\n", "cannot be rescaled"),
        (HEADER + "长沙市,1,2,3\n湘潭市,1,2,3\n", "do not differ"),
        (HEADER + "长沙市,1,2,3\n湘潭市,,2,3\n", "湘潭市 has no A"),
        ("region,posts\n长沙市,1\n", "counted per population"),
        ("region,posts,population\n长沙市,1,0\n", "population is 0 for 长沙市"),
    ],
)
def test_names_what_cannot_be_computed(table, text, words):
    with pytest.raises(IndexFault) as caught:
        compute(load_methodology(CISI), table(text))
    assert words in str(caught.value)


def test_computes_what_the_columns_allow(table):
    scores = compute(load_methodology(CISI), table("region,A1,A2,A3\n长沙市,80,80,80\n"))
    assert scores.values["A"]["长沙市"] == 80
    assert scores.ranked == ()


def test_equal_totals_have_ranks_of_their_own_in_the_tables_order(table):
    scores = compute(load_methodology(CISI), table(HEADER + "湘潭市,1,20,20\n长沙市,1,20,20\n株洲市,2,15,15\n"))
    assert scores.ranked == ("株洲市", "湘潭市", "长沙市")


def test_a_wider_set_counts_for_scaling_only(table):
    few, many = HEADER + "长沙市,10,20,20\n", HEADER + "湘潭市,0,20,20\n株洲市,20,20,20\n"
    read = table(few)
    scores = compute(load_methodology(CISI), read, reference=table(many))
    assert scores.ranked == ("长沙市",)
    assert scores.values["cisi"]["长沙市"] == Fraction("0.45") * Fraction("37.5") + Fraction("0.55") * 20


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["indicators"]["A"]["parts"].update(A1=0.5), "sum to 1.1, not 1"),
        (
            lambda d: d["indicators"]["B"].update(parts={"cisi": 1}, weights_from="x"),
            "a part of itself (B > cisi > B)",
        ),
        (lambda d: d["indicators"]["A"]["parts"].update(X=0), "its part X is no indicator"),
        (lambda d: d["indicators"]["A"].pop("weights_from"), "weights without an origin"),
        (lambda d: d["indicators"]["B"].update(columns=["A1_reach"]), "belongs to A1 already"),
        (lambda d: d["indicators"]["B"].update(colour="red"), "unknown colour"),
        (lambda d: d.update(root="X"), "root: X is no indicator"),
        (lambda d: d["stages"].reverse(), "they must rise from 0"),
        (lambda d: d.pop("title"), "KeyError"),
    ],
)
def test_names_every_fault_of_a_methodology(methodology, change, words):
    with pytest.raises(IndexFault) as caught:
        methodology(change)
    assert words in str(caught.value)


def test_an_unknown_methodology_names_the_known_ones():
    with pytest.raises(IndexFault, match="use one of: cisi-2015"):
        load_methodology(CISI.parent / "cisi-2016")


def test_an_empty_cell_may_share_its_weight_out(methodology, table):
    lenient = methodology(lambda d: d.update(missing="share_out"))
    scores = compute(lenient, table("region,A1,A2,A3\n长沙市,80,,40\n"))
    assert scores.values["A"]["长沙市"] == (Fraction("0.4") * 80 + Fraction("0.35") * 40) / Fraction("0.75")


def test_a_geometric_mean_does_not_make_good_a_weak_part(methodology, table):
    strict = methodology(lambda d: d["indicators"]["A"].update(aggregation="geometric"))
    scores = compute(strict, table("region,A1,A2,A3\n长沙市,100,0,100\n湘潭市,64,64,64\n"))
    assert scores.values["A"]["长沙市"] == 0
    assert float(scores.values["A"]["湘潭市"]) == pytest.approx(64)


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=20, unique=True))
def test_rescaling_keeps_order_and_reaches_both_ends(numbers):
    values = {str(number): Fraction(number) for number in numbers}
    for kind in (Kind.MIN_MAX, Kind.RANK):
        scaled = rescale(Scaling(kind, Fraction(15), Fraction(60)), values)
        assert [min(scaled.values()), max(scaled.values())] == [15, 60]
        assert sorted(values, key=values.__getitem__) == sorted(scaled, key=scaled.__getitem__)


@pytest.mark.parametrize(("value", "shown"), [("24.95", "25.0"), ("24.949", "24.9"), ("0.05", "0.1"), ("50", "50.0")])
def test_rounds_half_up(value, shown):
    assert str(rounded(Fraction(value), 1)) == shown


def square(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_ahp_gives_the_weights_of_a_consistent_expert(tmp_path):
    judgement = ahp.read_judgement(square(tmp_path, "a.csv", ",A,B,C\nA,1,2,4\nB,1/2,1,2\nC,1/4,1/2,1\n"))
    weighing = ahp.weigh(judgement)
    assert weighing.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert weighing.ratio == pytest.approx(0, abs=1e-9)


def test_ahp_notices_an_inconsistent_expert(tmp_path):
    judgement = ahp.read_judgement(square(tmp_path, "a.csv", ",A,B,C\nA,1,5,1/5\nB,1/5,1,5\nC,5,1/5,1\n"))
    assert not ahp.weigh(judgement).is_consistent


def test_ahp_aggregates_so_that_opposite_judgements_cancel(tmp_path):
    one = ahp.read_judgement(square(tmp_path, "a.csv", ",A,B\nA,1,3\nB,1/3,1\n"))
    other = ahp.read_judgement(square(tmp_path, "b.csv", ",A,B\nA,1,1/3\nB,3,1\n"))
    assert ahp.weigh(ahp.aggregate([one, other])).weights == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",A\nA,1\n", "not a square"),
        (",A,B\nA,1,3\nC,1/3,1\n", "not a square"),
        (",A,B\nA,1,x\nB,1/3,1\n", "from 1/9 to 9"),
        (",A,B\nA,1,3\nB,3,1\n", "one is 1 / the other"),
        (",A,B\nA,1\nB,3,1\n", "complete the line"),
    ],
)
def test_ahp_names_what_is_wrong_with_a_square(tmp_path, text, words):
    with pytest.raises(IndexFault, match=words):
        ahp.read_judgement(square(tmp_path, "a.csv", text))


def made_up(table):
    rows = [f"r{n},{n * 37 % 101},{n * 53 % 97},{n * 71 % 89}" for n in range(1, 31)]
    return table(HEADER + "\n".join(rows) + "\n")


def test_recovers_weights_and_range_from_totals(table):
    read = made_up(table)
    totals = compute(load_methodology(CISI), read).values["cisi"]
    printed = type(read)(
        read.name, read.regions, {**read.columns, "cisi": {r: Fraction(rounded(v, 1)) for r, v in totals.items()}}
    )
    found = recover.recover(printed, total="cisi", parts=["A", "B", "C"], rescaled="A")
    for estimate, truth in zip((*found.weights, found.low, found.high), (0.45, 0.30, 0.25, 15, 60), strict=True):
        assert estimate is not None
        assert estimate.low <= truth <= estimate.high
    assert found.largest_error < 0.1


def test_rank_intervals_hold_the_rank_and_repeat(table):
    read = made_up(table)
    intervals = robustness.rank_intervals(load_methodology(CISI), read, trials=40, spread=0.2, seed=3)
    assert intervals == robustness.rank_intervals(load_methodology(CISI), read, trials=40, spread=0.2, seed=3)
    assert all(each.low <= each.rank <= each.high for each in intervals)
    assert any(each.low < each.high for each in intervals)


def test_without_spread_no_rank_moves(table):
    intervals = robustness.rank_intervals(load_methodology(CISI), made_up(table), trials=3, spread=0, seed=1)
    assert all(each.low == each.rank == each.high for each in intervals)


def test_a_lift_is_the_least_value_that_reaches_the_stage(table):
    read = table(HEADER + "长沙市,50,20,20\n湘潭市,0,20,20\n株洲市,100,60,60\n")
    found = {each.key: each for each in robustness.lifts(
        load_methodology(CISI), read, region="长沙市", stage="平台", most=Fraction(100)
    )}  # fmt: skip
    assert found["B"].needed == found["B"].now  # it is there already: 0.45 * 37.5 + 11 = 27.9
    higher = {each.key: each for each in robustness.lifts(
        load_methodology(CISI), read, region="长沙市", stage="数据", most=Fraction(100)
    )}  # fmt: skip
    assert float(higher["B"].needed or 0) == pytest.approx(20 + (50 - 27.875) / 0.30)
    assert higher["A"].needed is None
