"""Requests as pins in a box of the map: which, for whom, and what happens when there are too many."""

from __future__ import annotations

import random
from itertools import count

import pytest
from django.db import connection
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import (
    OFFICER,
    Box,
    Place,
    QueueFilter,
    RequestState,
    list_pins,
    read_box,
)
from shimin.capabilities.service_requests.queries import pins
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    RESIDENT,
    THEIR_DESPATCHER,
    answered,
    dispatched,
    file,
    handler,
)
from shimin.kernel import clock
from shimin.kernel.errors import Forbidden, InvalidInput
from shimin.kernel.testing import citizen, count_statements, officer

pytestmark = pytest.mark.django_db
_logins = count(1)
SMALL = Box(112.90, 28.20, 112.93, 28.23)
WIDE = Box(112.0, 27.5, 114.0, 29.0)


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def at(lng: float, lat: float, **more) -> str:
    return dispatched(place=Place(address="银杏路1号", lng=lng, lat=lat), **more).number


def seen(actor, box: Box = SMALL, **wanted) -> set[str]:
    return {pin.line.number for pin in list_pins(actor, box=box, wanted=QueueFilter(**wanted)).pins}


@pytest.mark.parametrize("box", [SMALL, WIDE])
def test_shows_ones_own_requests_in_the_box(city, box):
    inside, theirs = at(112.915, 28.215), at(112.92, 28.22, agency_id=city.roads)
    waiting = file(place=Place(lng=112.91, lat=28.21)).number
    at(115.0, 28.215), at(112.915, 30.0), dispatched()
    assert seen(handler(city.lights), box) == {inside}
    assert seen(handler(city.roads), box) == {theirs}
    assert seen(DESPATCHER, box) == {inside, theirs, waiting}
    assert seen(THEIR_DESPATCHER, box) == set()
    for stranger in (RESIDENT, officer("catalogue.editor")):
        with pytest.raises(Forbidden):
            seen(stranger, box)


def test_the_cells_lose_nothing_and_add_nothing(city):
    """Points on edges, of all signs, and beyond the earth: the index of cells agrees with plain comparison."""
    rolled = random.Random(20261128)
    numbers = [at(112.915, 28.215, actor=citizen(account_id=710 + each // 15)) for each in range(60)]
    with connection.cursor() as cursor:
        for number in numbers:
            lng = rolled.choice([0.0, -0.01, 0.01, -180, 180, 112.9, 500.0, rolled.uniform(-0.3, 0.3)])
            lat = rolled.choice([0.0, -0.01, 0.01, -90, 90, 28.2, -1e300, rolled.uniform(-0.3, 0.3)])
            cursor.execute(
                "UPDATE service_requests_request SET lng = %s, lat = %s WHERE number = %s", [lng, lat, number]
            )
    points = ServiceRequest.objects.filter(number__in=numbers).values_list("number", "lng", "lat")
    for _ in range(60):
        west, east = sorted((rolled.uniform(-0.3, 0.3), rolled.choice([0.0, 0.01, rolled.uniform(-0.3, 0.3)])))
        south, north = sorted((rolled.uniform(-0.3, 0.3), rolled.choice([0.0, -0.01, rolled.uniform(-0.3, 0.3)])))
        wanted = {
            number
            for number, lng, lat in points
            if lng is not None and lat is not None and west <= lng <= east and south <= lat <= north
        }
        assert seen(handler(city.lights), Box(west, south, east, north)) == wanted


def test_filters_as_the_queue_does(city):
    here = at(112.915, 28.215)
    done = answered(place=Place(address="桐梓坡路2号", lng=112.915, lat=28.215)).number
    actor = handler(city.lights)
    assert seen(actor, address="银杏") == {here}
    assert seen(actor, address="桐梓") == set()
    assert seen(actor, states=(), order="new") == {here, done}
    assert seen(actor, states=(RequestState.IN_PROGRESS,)) == set()
    assert seen(actor, is_emergency=True) == set()


@pytest.mark.parametrize("limit", ["MOST_PINS", "_MOST_IN_BOX"])
def test_too_many_are_told_and_none_is_shown(city, monkeypatch, limit):
    for _ in range(3):
        at(112.915, 28.215)
    monkeypatch.setattr(pins, limit, 2)
    found = list_pins(handler(city.lights), box=SMALL, wanted=QueueFilter())
    assert (found.pins, found.is_too_many) == ((), True)
    monkeypatch.setattr(pins, limit, 3)
    assert len(list_pins(handler(city.lights), box=SMALL, wanted=QueueFilter()).pins) == 3


def test_two_statements(city):
    at(112.915, 28.215)
    with count_statements() as log:
        seen(handler(city.lights))
    assert log.count == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "a,b,c,d",
        "nan,nan,nan,nan",
        "2,1,1,2",
        "1,2,2,1",
        "-181,0,0,0",
        "0,0,0,91",
        "inf,0,inf,0",
        "1," * 999,
    ],
)
def test_a_box_that_is_none_is_told(text):
    with pytest.raises(InvalidInput):
        read_box(text)


@pytest.fixture
def desk(city) -> Client:
    browser = Client()
    opened = make_officer(OFFICER, login=f"map-{next(_logins)}", agency_id=city.lights, region_code=CITY)
    browser.cookies["shimin_desk"] = opened.token
    return browser


def test_the_page_is_a_list_without_script(desk, city):
    here, elsewhere = at(112.915, 28.215), at(113.5, 28.5)
    page = desk.get("/desk/requests/handle/map").content.decode()
    assert here in page
    assert elsewhere in page
    page = desk.get("/desk/requests/handle/map?box=112.9,28.2,112.93,28.23&late=").content.decode()
    assert here in page
    assert elsewhere not in page
    assert "这一片有 1 件" in page
    assert desk.get("/desk/requests/handle/map?box=zz").status_code == 200
    assert desk.get("/desk/requests/nonsense/map").status_code == 404
    assert desk.get("/desk/requests/dispatch/map").status_code == 403
    assert Client().get("/desk/requests/handle/map").status_code == 302


def test_the_script_gets_geojson(desk, city):
    here = at(112.915, 28.215)
    answer = desk.get("/desk/requests/handle/pins?box=112.9,28.2,112.93,28.23")
    assert answer["Content-Type"] == "application/geo+json"
    (feature,) = answer.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [112.915, 28.215]}
    assert feature["properties"]["number"] == here
    assert not {"contact", "phone", "account_id", "words"} & set(feature["properties"])
    assert desk.get("/desk/requests/handle/pins?box=1").status_code == 422
    assert desk.get("/desk/requests/handle/pins?address=x&box=1,1,2,2").status_code == 422


def test_by_the_api(city):
    here = at(112.915, 28.215)
    opened = make_officer(OFFICER, login=f"map-{next(_logins)}", agency_id=city.lights, region_code=CITY)
    api = Client(headers={"Authorization": f"Bearer {opened.token}"})
    told = api.get("/api/v1/desk/request-map", {"box": "112.9,28.2,112.93,28.23", "state": "dispatched"}).json()
    assert [each["properties"]["number"] for each in told["features"]] == [here]
    assert (told["type"], told["is_too_many"], told["most"]) == ("FeatureCollection", False, 4_000)
    assert api.get("/api/v1/desk/request-map").status_code == 422
    assert Client().get("/api/v1/desk/request-map?box=1,1,2,2").status_code == 401
