"""Known places: taken from a table line by line, again without harm; near a position, by district, by name."""

from __future__ import annotations

import json

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from shimin.capabilities.catalogue.api import routes
from shimin.capabilities.catalogue.models import KnownPlace
from shimin.capabilities.catalogue.public import (
    PLACE_COLUMNS,
    get_known_place,
    has_known_places,
    import_known_places,
    list_known_places,
    list_nearby_places,
)
from shimin.capabilities.catalogue.tests.factories import CITY, NOW, OTHER_CITY
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.rate import LocalBucket
from shimin.kernel.testing import citizen, officer

pytestmark = pytest.mark.django_db
ROWS = (
    ("桐梓坡路口", "路口", "112.9391", "28.2281", "岳麓区"),
    ("岳麓医院", "医院", "112.9367", "28.2210", "430104"),
    ("望月湖市场", "市场", "112.9440", "28.2055", "岳麓"),
    ("人民市场", "市场", "112.9950", "28.1981", "430105"),
)


@pytest.fixture(autouse=True)
def reference(places, monkeypatch):
    """Regions are there; reads are not rationed."""
    monkeypatch.setattr(routes, "_searches", LocalBucket(limit=1000, per_seconds=60))


def take(*rows, **more):
    lines = [(line, dict(zip(PLACE_COLUMNS, row, strict=True)) if row else None) for line, row in enumerate(rows, 2)]
    return import_known_places(city_code=CITY, lines=lines, now=NOW, **more)


def names(found) -> list[str]:
    return [each.name for each in found]


def test_a_table_is_taken_once():
    assert not has_known_places(CITY)
    first = take(*ROWS)
    assert (first.added, first.rejected) == (4, ())
    again = take(*ROWS)
    assert (again.added, again.changed, again.same, again.removed) == (0, 0, 4, 0)
    moved = take(("桐梓坡路口", "路口", "112.9400", "28.2281", "岳麓区"))
    assert (moved.changed, moved.removed, KnownPlace.objects.count()) == (1, 0, 4)
    assert has_known_places(CITY)


def test_what_the_table_has_no_more_goes_only_when_asked_and_nothing_was_rejected():
    take(*ROWS)
    assert take(ROWS[0], ("", "路口", "112.9", "28.2", "岳麓区"), removes_others=True).removed == 0
    assert take(ROWS[0], removes_others=True).removed == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (None, "格数"),
        (("", "路口", "112.9", "28.2", "岳麓区"), "name"),
        (("，。", "路口", "112.9", "28.2", "岳麓区"), "name"),
        (("口" * 61, "路口", "112.9", "28.2", "岳麓区"), "name"),
        (("口子", "", "112.9", "28.2", "岳麓区"), "kind"),
        (("口子", "路口", "abc", "28.2", "岳麓区"), "longitude"),
        (("口子", "路口", "nan", "28.2", "岳麓区"), "longitude"),
        (("口子", "路口", "28.2", "112.9", "岳麓区"), "经度"),
        (("口子", "路口", "112.9", "28.2", "海淀区"), "district"),
        (("口子", "路口", "112.9", "28.2", "430200"), "district"),
        (("口子", "路口", "116.4", "39.9", "岳麓区"), "公里"),
        (("口子", "路口", "0", "0", "岳麓区"), "公里"),
    ],
)
def test_a_line_that_is_wrong_is_told_and_the_others_are_taken(row, why):
    done = take(ROWS[0], row)
    assert done.added == 1
    assert [(each.line, why in each.reason) for each in done.rejected] == [(3, True)]


def test_the_same_place_twice_in_a_table_is_told_by_line():
    done = take(ROWS[0], ("桐梓坡路口 ", "路口", "112.9", "28.2", "430104"))
    assert [(each.line, each.reason) for each in done.rejected] == [(3, "和第2行是同一个地点。")]


def test_near_a_position_the_nearest_come_first():
    take(*ROWS)
    found = list_nearby_places(city_code=CITY, lng=112.9391, lat=28.2270)
    assert names(found) == ["桐梓坡路口", "岳麓医院", "望月湖市场", "人民市场"]
    assert found[0].metres == pytest.approx(122, abs=3)
    assert names(list_nearby_places(city_code=CITY, lng=112.9391, lat=28.2270, limit=2)) == ["桐梓坡路口", "岳麓医院"]
    assert list_nearby_places(city_code=CITY, lng=116.4, lat=39.9) == ()
    assert list_nearby_places(city_code=OTHER_CITY, lng=112.9391, lat=28.2270) == ()
    assert list_nearby_places(city_code=CITY, lng=0.0, lat=90.0) == ()


def test_by_district_and_by_name():
    take(*ROWS)
    assert names(list_known_places(city_code=CITY, region_code="430104")) == ["岳麓医院", "望月湖市场", "桐梓坡路口"]
    assert names(list_known_places(city_code=CITY, name="市场")) == ["人民市场", "望月湖市场"]
    assert list_known_places(city_code=CITY, name="%") == ()
    place = list_known_places(city_code=CITY)[0]
    assert get_known_place(city_code=CITY, place_id=place.place_id).name == place.name
    with pytest.raises(NotFound):
        get_known_place(city_code=OTHER_CITY, place_id=place.place_id)


def test_the_api_lists_and_keeps_no_position_in_the_address():
    take(*ROWS)
    body = json.dumps({"city_code": CITY, "lng": 112.9391, "lat": 28.2270})
    near = Client().post("/api/v1/known-places/nearby", body, "application/json").json()
    assert (near[0]["name"], near[0]["kind"], near[0]["metres"] < 200) == ("桐梓坡路口", "路口", True)
    listed = Client().get("/api/v1/known-places", {"city_code": CITY, "q": "市场"}).json()
    assert [each["name"] for each in listed] == ["人民市场", "望月湖市场"]
    assert Client().get("/api/v1/known-places", {"city_code": "999999"}).status_code == 404
    wrong = json.dumps({"city_code": CITY, "lng": 1129, "lat": 28})
    assert Client().post("/api/v1/known-places/nearby", wrong, "application/json").status_code == 422


@pytest.mark.parametrize("actor", [ANONYMOUS, citizen(), officer("catalogue.editor", region_code=CITY)])
def test_everybody_reads_and_only_the_worker_writes(actor):
    take(*ROWS)
    with scope(actor), connection.cursor() as cursor:
        assert len(list_known_places(city_code=CITY)) == 4
        for statement in ("DELETE FROM catalogue_known_place", "UPDATE catalogue_known_place SET name = 'x'"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
