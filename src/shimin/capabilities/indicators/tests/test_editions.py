"""Published editions: what is published is computed, kept, superseded, and readable as page, CSV and JSON."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from shimin.capabilities.indicators.models import IndexEdition
from shimin.capabilities.indicators.public import (
    IndexFault,
    Manuscript,
    find_lifts,
    get_edition,
    list_editions,
    list_past_scores,
    list_scores,
    publish_demo_editions,
    publish_edition,
    read_table,
)
from shimin.capabilities.indicators.web.words import period_words
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.testing import citizen, count_statements, officer

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[5]
TEXT = (ROOT / "methodologies" / "cisi-2015" / "methodology.yaml").read_text(encoding="utf-8")
HUNAN = "region,A1,A2,A3,B,C\n长沙市,80,70,80,40,44\n湘潭,70,61,66,22.5,25\n株洲市,76,58,70,28,31.5\n"
FIRST, SECOND = (date(2025, 1, 1), date(2025, 7, 1)), (date(2025, 7, 1), date(2026, 1, 1))


@pytest.fixture
def publish(tmp_path):
    def make(text=HUNAN, level="city", period=FIRST, **options):
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        manuscript = Manuscript(
            methodology="cisi-2015", text=TEXT, table=read_table(tmp_path / "in.csv"), level=level, starts_on=period[0],
            ends_on=period[1], source="测试", trials=20, **options,
        )  # fmt: skip
        return publish_edition(actor=SYSTEM, manuscript=manuscript, now=clock.now())

    return make


def test_scores_are_kept_with_ranks_stages_and_intervals(publish):
    scores = list_scores(publish())
    assert [(each.region_code, each.rank, each.stage) for each in scores] == [
        ("430100", 1, "数据"), ("430200", 2, "平台"), ("430300", 3, "触网"),
    ]  # fmt: skip
    assert scores[0].shown["cisi"] == "50.0"  # 0.45 · 60 + 0.30 · 40 + 0.25 · 44
    assert all(each.rank_low <= each.rank <= each.rank_high for each in scores)


def test_the_same_inputs_are_published_once(publish):
    assert publish() == publish()
    assert IndexEdition.objects.count() == 1


def test_other_inputs_supersede_and_the_old_edition_stays_readable(publish):
    old = publish()
    new = publish(HUNAN.replace("76,58", "77,58"))
    assert [each.edition_id for each in list_editions()] == [new]
    assert get_edition(old).superseded_at is not None
    assert "已被更正后的版本取代" in Client().get(f"/city-index/{old}").content.decode()


def test_a_failed_publication_leaves_nothing(publish):
    with pytest.raises(IndexFault, match="长砂市 is no city"):
        publish(HUNAN.replace("长沙市", "长砂市"))
    with pytest.raises(IndexFault, match="stands twice"):
        publish(HUNAN + "湘潭市,70,61,66,22.5,25\n")
    with pytest.raises(IndexFault, match="does not reach cisi"):
        publish("region,A1\n长沙市,80\n湘潭市,70\n")
    with pytest.raises(IndexFault, match="period is empty"):
        publish(period=(FIRST[1], FIRST[0]))
    assert IndexEdition.objects.count() == 0


def test_a_region_is_followed_through_the_periods(publish):
    publish()
    last = publish(HUNAN.replace("28,31.5", "45,45"), period=SECOND)
    past = list_past_scores(get_edition(last), "430200")
    assert [(each.rank, each.of) for each in past] == [(2, 3), (2, 3)]
    assert past[1].value > past[0].value
    page = Client().get(f"/city-index/{last}/430200").content.decode()
    assert "总分的变化" in page
    assert "名次没有变" in page


def test_lifts_bring_the_region_into_the_next_stage(publish):
    edition = publish()
    lift = next(each for each in find_lifts(edition, "430300", "平台") if each.key == "B")
    assert lift.needed is not None
    better = publish(HUNAN.replace("22.5,25", f"{float(lift.needed):.4f},25"), period=SECOND)
    assert next(each for each in list_scores(better) if each.region_code == "430300").stage == "平台"


def test_the_page_has_every_region_in_map_and_table_and_sorts_without_script(publish):
    edition = publish()
    browser = Client()
    page = browser.get(f"/city-index/{edition}").content.decode()
    assert page.count("tone-") >= 3 + 3
    assert "长沙：第1名，50.0分，数据阶段" in page
    by_b = browser.get(f"/city-index/{edition}?by=B&up=1").content.decode()
    assert by_b.index(">湘潭</a></th>") < by_b.index(">株洲</a></th>") < by_b.index(">长沙</a></th>")
    assert 'aria-sort="ascending"' in by_b
    assert browser.get(f"/city-index/{edition}?by=<script>&up=9").status_code == 200


def test_pages_cost_few_statements(publish):
    edition = publish()
    with count_statements() as seen:
        Client().get(f"/city-index/{edition}")
    assert seen.count <= 6
    find_lifts.cache_clear()
    with count_statements() as seen:
        Client().get(f"/city-index/{edition}/430200")
    assert seen.count <= 10


def test_nothing_published_is_said_and_nothing_unknown_is_found(publish):
    browser = Client()
    assert "还没有公布的指数" in browser.get("/city-index").content.decode()
    edition = publish()
    for address in ("/city-index/1", f"/city-index/{edition}/430400", "/city-index/99999999999999999999/430100",
                    "/city-index/99999999999999999999", "/api/v1/city-index/editions/1"):  # fmt: skip
        assert browser.get(address).status_code == 404, address
    with pytest.raises(NotFound):
        get_edition(1)


def test_csv_and_json_hold_the_same_numbers(publish):
    edition = publish()
    text = Client().get(f"/city-index/{edition}.csv").content.decode("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(text))}
    listed = Client().get("/api/v1/city-index/editions").json()
    assert [each["id"] for each in listed] == [str(edition)]
    document = Client().get(f"/api/v1/city-index/editions/{edition}").json()
    assert {each["region_code"]: each["values"]["cisi"] for each in document["scores"]} == {
        code: float(row["cisi"]) for code, row in rows.items()
    }
    assert next(each for each in document["indicators"] if each["key"] == "cisi")["parts"]["A"] == "9/20"


def test_demo_editions_say_that_they_are_invented():
    assert publish_demo_editions(clock.now()) == publish_demo_editions(clock.now()) == IndexEdition.objects.count()
    assert all(each.is_demo for each in list_editions())
    assert list_editions()[0].level == "province"
    assert "演示数据" in Client().get("/city-index").content.decode()


def test_the_command_publishes(tmp_path, capsys):
    (tmp_path / "in.csv").write_text(HUNAN, encoding="utf-8")
    given = ["--methodology", "cisi-2015", "--input", str(tmp_path / "in.csv"), "--level", "city", "--source", "测试",
             "--from", "2025-01-01", "--until", "2025-07-01", "--trials", "5"]  # fmt: skip
    call_command("index", "publish", *given)
    assert capsys.readouterr().out.startswith("published: /city-index/")
    with pytest.raises(CommandError, match="is no province"):
        call_command("index", "publish", *given, "--level", "province")


@pytest.mark.parametrize(
    "change", ["UPDATE indicators_index_score SET rank = 9", "DELETE FROM indicators_index_edition"]
)
@pytest.mark.parametrize("actor", [citizen(), officer("indicators.officer")], ids=["citizen", "staff"])
def test_who_serves_pages_cannot_change_an_edition(publish, change, actor):
    publish()
    with scope(actor), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (date(2025, 1, 1), date(2025, 7, 1), "2025年上半年"),
        (date(2025, 7, 1), date(2026, 1, 1), "2025年下半年"),
        (date(2025, 1, 1), date(2026, 1, 1), "2025年"),
        (date(2025, 12, 1), date(2026, 1, 1), "2025年12月"),
        (date(2025, 3, 2), date(2025, 4, 1), "2025年3月2日至2025年3月31日"),
        (date(2025, 7, 1), date(2026, 7, 1), "2025年7月1日至2026年6月30日"),
    ],
)
def test_periods_in_words(starts_on, ends_on, words):
    assert period_words(starts_on, ends_on) == words
