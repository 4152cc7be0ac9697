"""The published index is reproduced from its published inputs."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from shimin.capabilities.indicators.index.scores import rounded
from shimin.capabilities.indicators.public import compute, load_methodology, read_table

ROOT = Path(__file__).resolve().parents[5]
DATA = ROOT.parent / "shared" / "data" / "cisi2015"
METHODOLOGY = load_methodology(ROOT / "methodologies" / "cisi-2015")

printed_tables = pytest.mark.skipif(not DATA.exists(), reason="the printed tables are not beside this checkout")


@pytest.fixture(scope="module")
def provinces():
    return compute(METHODOLOGY, read_table(DATA / "provinces.csv"))


@pytest.fixture(scope="module")
def printed():
    with (DATA / "provinces.csv").open(encoding="utf-8") as file:
        return {row["region"]: row for row in csv.DictReader(file)}


@printed_tables
def test_every_province_is_within_the_rounding_of_the_print(provinces, printed):
    apart = {
        region: abs(float(provinces.values["cisi"][region]) - float(row["cisi"])) for region, row in printed.items()
    }
    assert len(apart) == 31
    assert max(apart.values()) < 0.06
    assert (
        sum(str(rounded(provinces.values["cisi"][region], 1)) == row["cisi"] for region, row in printed.items()) == 28
    )


@printed_tables
def test_every_province_has_its_printed_rank(provinces, printed):
    assert list(provinces.ranked) == sorted(printed, key=lambda region: int(printed[region]["cisi_rank"]))


@printed_tables
def test_stages_are_eight_eighteen_five_and_none(provinces):
    stages = [provinces.stage_of(region).name for region in provinces.regions]
    assert [stages.count(name) for name in ("触网", "平台", "数据", "智能")] == [8, 18, 5, 0]


@printed_tables
def test_jiangsu_at_exactly_fifty_is_a_data_city(provinces):
    assert provinces.values["cisi"]["江苏"] == 50
    assert provinces.stage_of("江苏").name == "数据"


@printed_tables
def test_first_indicator_is_what_its_parts_make(provinces):
    assert provinces.largest_difference("A") < Fraction(1, 100)
    assert list(provinces.given) == ["A", "B", "C"]


@printed_tables
def test_cities_of_zhejiang_are_computed_from_the_second_level():
    scores = compute(METHODOLOGY, read_table(DATA / "zhejiang_cities_inputs.csv"))
    assert str(rounded(scores.values["cisi"]["杭州市"], 1)) == "60.0"
    assert [scores.ranked[0], scores.ranked[-1]] == ["杭州市", "丽水市"]
    assert scores.compared == {}


def test_raw_counts_become_scores_by_the_published_steps(tmp_path):
    # Divide by population (not the reads), ln(x + 1), and 100 for the best.
    file = tmp_path / "raw.csv"
    file.write_text(
        "region,population,posts_read,posts,original_posts\n长沙市,2,100,20,20\n湘潭市,1,0,0,0\n", encoding="utf-8"
    )
    scores = compute(METHODOLOGY, read_table(file))
    assert scores.values["A1"]["长沙市"] == 100
    assert scores.values["A1"]["湘潭市"] == 0
    assert float(scores.values["posts"]["长沙市"]) == pytest.approx(2.3978952727983707)  # ln(20 / 2 + 1)
    assert "A" not in scores.values
