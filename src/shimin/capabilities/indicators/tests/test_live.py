"""A city scored from its own events, over fixed ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client

from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.indicators.index.methodology import read_methodology
from shimin.capabilities.indicators.index.table import Table
from shimin.capabilities.indicators.models import UseCount, UseMonth
from shimin.capabilities.indicators.public import IndexFault, Manuscript, compute, load_methodology, publish_edition
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

ROOT = Path(__file__).resolve().parents[5]
LIVE = load_methodology(ROOT / "methodologies" / "shimin-live")
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SPAN = ["--from", "2026-11-01", "--until", "2026-12-01"]


def score(**columns):
    given = {name: {} if value is None else {"长沙市": Fraction(str(value))} for name, value in columns.items()}
    return compute(LIVE, Table("live", ("长沙市",), given)).values


def test_the_best_is_a_hundred_and_the_least_is_nothing():
    assert score(look_ups_answered=1, payments_kept=1, requests_answered=1, stars=5)["live"]["长沙市"] == 100
    assert score(look_ups_answered=0.2, payments_kept=0.5, requests_answered=0, stars=1)["live"]["长沙市"] == 0


def test_one_city_is_enough_and_what_lies_between_is_in_proportion():
    values = score(look_ups_answered=0.75, payments_kept=0.95, requests_answered=0.75, stars=3)
    assert values["live"]["长沙市"] == 50
    assert LIVE.stage_of(values["live"]["长沙市"]).name == "数据"


def test_a_missing_share_leaves_its_weight_to_the_others():
    values = compute(
        LIVE,
        Table("live", ("甲", "乙"), {
            "look_ups_answered": {"甲": Fraction(1), "乙": Fraction(1)}, "payments_kept": {"甲": Fraction(1, 2)},
            "requests_answered": {"甲": Fraction(1), "乙": Fraction(1)},
            "stars": {"甲": Fraction(5), "乙": Fraction(5)},
        }),
    ).values  # fmt: skip
    assert values["live"]["乙"] == 100
    assert values["live"]["甲"] == 80


def test_a_branch_without_any_part_leaves_its_weight_to_the_others():
    values = score(look_ups_answered=1, payments_kept=1, requests_answered=None, stars=1)
    assert values["live"]["长沙市"] == Fraction(500, 7)  # 0.5 of 0.7


def test_a_city_without_anything_is_refused():
    with pytest.raises(IndexFault, match="长沙市 has no part of live"):
        score(look_ups_answered=None, payments_kept=None, requests_answered=None, stars=None)


@pytest.mark.parametrize(
    ("scaling", "words"),
    [
        ({"kind": "anchors", "to": [0, 100]}, "`from` goes with anchors"),
        ({"kind": "min_max", "from": [0, 1]}, "`from` goes with anchors"),
        ({"kind": "anchors", "from": [1, 1]}, "the two ends are alike"),
        ({"kind": "anchors", "from": [1]}, "ValueError"),
    ],
)
def test_refuses_ends_that_make_no_scale(scaling, words):
    text = (ROOT / "methodologies" / "shimin-live" / "methodology.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    document["indicators"]["stars"]["scaling"] = scaling
    with pytest.raises(IndexFault, match=words):
        read_methodology("own", yaml.safe_dump(document, allow_unicode=True), where="own")


@pytest.fixture
def counts(db):
    load_reference(now=NOW)

    def fill(rows, city="430100", day=date(2026, 11, 5)):
        with scope(SYSTEM):
            for (act, stage), times in rows.items():
                about = {"city_code": city, "dimension": "act", "key": act, "stage": stage, "times": times}
                UseCount.objects.create(day=day, **about)
                UseMonth.objects.create(month=day.replace(day=1), **about)

    return fill


def test_the_command_computes_shares_from_counts(counts, tmp_path, capsys):
    counts({
        ("look_up", "started"): 40, ("look_up", "finished"): 30, ("pay", "finished"): 50, ("pay", "reversed"): 1,
        ("ask", "started"): 10, ("ask", "finished"): 12,
    })  # fmt: skip
    counts({("look_up", "started"): 99}, day=date(2026, 10, 31))
    file = tmp_path / "live.csv"
    call_command("index", "live", *SPAN, "--city", "430100", "--output", str(file))
    assert file.read_text(encoding="utf-8").splitlines() == [
        "region,look_ups_answered,payments_kept,requests_answered,stars",
        "长沙市,0.750000,0.980000,1.000000,",
    ]
    call_command("index", "compute", "--methodology", "shimin-live", "--input", str(file))
    assert "长沙市," in capsys.readouterr().out


def test_a_share_of_few_acts_is_not_taken(counts, capsys):
    counts({("look_up", "started"): 9, ("look_up", "finished"): 9, ("ask", "started"): 10})
    call_command("index", "live", *SPAN, "--city", "430100")
    assert "长沙市,,,0.000000," in capsys.readouterr().out


def test_names_a_city_that_is_none_and_a_period_that_is_empty(counts):
    with pytest.raises(CommandError, match="six digits of a city"):
        call_command("index", "live", *SPAN, "--city", "999999")
    with pytest.raises(CommandError, match="period is empty"):
        call_command("index", "live", "--from", "2026-11-01", "--until", "2026-11-01", "--city", "430100")


def test_an_edition_with_gaps_is_shown(counts):
    columns = {
        "look_ups_answered": {"长沙市": Fraction(9, 10), "湘潭市": Fraction(7, 10)}, "payments_kept": {},
        "requests_answered": {"长沙市": Fraction(1, 2)}, "stars": {"长沙市": Fraction(3), "湘潭市": Fraction(2)},
    }  # fmt: skip
    manuscript = Manuscript(
        methodology="shimin-live", text=(ROOT / "methodologies/shimin-live/methodology.yaml").read_text("utf-8"),
        table=Table("live", ("长沙市", "湘潭市"), columns), level="city", starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 1), source="平台事件", trials=5,
    )  # fmt: skip
    edition = publish_edition(actor=SYSTEM, manuscript=manuscript, now=NOW)
    browser = Client()
    for address in (f"/city-index/{edition}", f"/city-index/{edition}?by=heard", f"/city-index/{edition}.csv",
                    f"/city-index/{edition}/430100", f"/city-index/{edition}/430300",
                    f"/api/v1/city-index/editions/{edition}"):  # fmt: skip
        assert browser.get(address).status_code == 200, address
