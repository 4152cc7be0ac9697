"""The judged search sets keep apart and ask for real items; the distractors are many, different and always the same."""

import csv
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from bench.search.distractors import COUNT, HOME, generate

ROOT = Path(__file__).parents[2]
SETS = ("tuning", "held_out")


def read(name):
    with (ROOT / f"bench/search/{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == ["query", "expected"]
        return [(row["query"], row["expected"].split("|")) for row in reader]


@pytest.fixture(scope="module")
def distractors():
    return list(generate())


def test_sets_have_no_request_in_common():
    queries = [query for name in SETS for query, _ in read(name)]
    assert len(queries) == len(set(queries)) == 302


@pytest.mark.parametrize("name", SETS)
def test_expects_different_items_that_exist(name):
    folders = {path.parent.name for path in ROOT.glob("services/*/*/*/service.yaml")}
    asked = Counter(slug for _, expected in read(name) for slug in expected)
    assert all(len(expected) == len(set(expected)) for _, expected in read(name))
    assert set(asked) <= folders


def test_makes_enough_different_distractors(distractors):
    assert len({distractor["name"] for distractor in distractors}) == COUNT


def test_makes_the_same_distractors_every_time(distractors):
    assert list(islice(generate(), 1000)) == distractors[:1000]


def test_puts_half_of_the_distractors_in_the_home_city(distractors):
    regions = Counter(distractor["region"] for distractor in distractors)
    assert regions.pop(HOME) == COUNT // 2
    assert len(regions) == 24
    with (ROOT / "src/shimin/capabilities/catalogue/data/regions.csv").open(encoding="utf-8") as file:
        cities = {row["code"] for row in csv.DictReader(file) if row["level"] == "city"}
    assert {HOME, *regions} <= cities


def test_no_distractor_is_named_like_a_judged_request(distractors):
    names = {distractor["name"] for distractor in distractors}
    queries = {query for name in SETS for query, _ in read(name)}
    assert not names & queries
