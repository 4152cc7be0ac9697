"""Requests by a part of their address: what is found, by whom, and by which way of reading."""

from __future__ import annotations

from itertools import count

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.public import (
    OFFICER,
    Place,
    QueueFilter,
    RequestState,
    list_queue,
    read_address_part,
)
from shimin.capabilities.service_requests.queries import queues
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    THEIR_DESPATCHER,
    answered,
    dispatched,
    file,
    handler,
)
from shimin.kernel import clock
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.kernel.errors import InvalidInput
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
_logins = count(1)


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


# How many rows are looked through, how many the index may name: a small queue, the index, too common a word.
@pytest.fixture(params=[(500, 5_000), (0, 5_000), (1, 5_000), (0, 0), (1, 1)], ids=str)
def way(request, monkeypatch):
    looked_at, most_found = request.param
    monkeypatch.setattr(queues, "_LOOKED_AT", looked_at)
    monkeypatch.setattr(queues, "_MOST_FOUND", most_found)


def at(address: str, **more) -> str:
    """Have a request at an address dispatched, and return its number."""
    return dispatched(place=Place(address=address), **more).number


def found(actor, address: str, **wanted) -> set[str]:
    page = list_queue(actor, wanted=QueueFilter(address=read_address_part(address), **wanted))
    return {line.number for line in page.lines}


ADDRESSES = ("长沙市岳麓区桐梓坡路100号", "长沙市岳麓区银杏路１０号Ａ座", "株洲路 8 号", "")


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("桐梓", {0}), ("桐梓坡路", {0}), ("岳麓", {0, 1}), ("路100号", {0}), ("路10号", {1}), ("10", {0, 1}),
        ("a座", {1}), ("Ａ 座", {1}), ("路8号", {2}), ("长沙", {0, 1}), ("坡桐", set()), ("桐坡", set()),
        ("路%号", set()), ("路_号", set()), ("' OR 1=1", set()), ("\\\\", set()), ("𠀀𠀀", set()),
    ],
)  # fmt: skip
def test_finds_a_part_of_the_address(city, way, part, wanted):
    numbers = [at(address) for address in ADDRESSES]
    assert found(handler(city.lights), part) == {numbers[each] for each in wanted}


def test_only_in_ones_own_grants(city, way):
    mine, theirs = at("银杏路1号"), at("银杏路2号", agency_id=city.roads)
    waiting = file(place=Place(address="银杏路3号")).number
    assert found(handler(city.lights), "银杏路") == {mine}
    assert found(handler(city.roads), "银杏路") == {theirs}
    assert found(DESPATCHER, "银杏路") == {mine, theirs, waiting}
    assert found(THEIR_DESPATCHER, "银杏路") == set()
    both = Actor(
        ActorKind.STAFF, account_id=950, grants=(Grant(OFFICER, city.lights, CITY), Grant(OFFICER, city.roads, CITY))
    )
    assert found(both, "银杏路") == {mine, theirs}


def test_together_with_other_filters_and_what_has_ended(city, way):
    waits, done = at("银杏路1号"), answered(place=Place(address="银杏路2号")).number
    actor = handler(city.lights)
    assert found(actor, "银杏", states=(RequestState.DISPATCHED,)) == {waits}
    assert found(actor, "银杏", states=(), order="new") == {waits, done}
    assert found(actor, "银杏", categories=("交通运输",)) == set()
    assert found(actor, "银杏", handler_id=5) == set()


def test_pages_do_not_overlap(city, way):
    made = [at(f"银杏路{number}号") for number in range(5)]
    seen, after, wanted = [], None, QueueFilter(address="银杏")
    while True:
        page = list_queue(handler(city.lights), wanted=wanted, after=after, limit=2)
        seen += [line.number for line in page.lines]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(made)


def test_three_statements_at_most(city, way):
    at("银杏路1号")
    with count_statements() as log:
        found(handler(city.lights), "银杏")
    assert log.count <= 3


@pytest.mark.parametrize("part", ["路", " 路 ", "x" * 61, "a" * 100_000])
def test_refuses_what_is_too_short_or_too_long(part):
    with pytest.raises(InvalidInput):
        read_address_part(part)
    assert read_address_part("  ") == ""


@pytest.fixture
def desk(city) -> Client:
    browser = Client()
    opened = make_officer(OFFICER, login=f"where-{next(_logins)}", agency_id=city.lights, region_code=CITY)
    browser.cookies["shimin_desk"] = opened.token
    return browser


def test_the_page_keeps_it_in_its_address(desk, city):
    here, there = at("银杏路1号"), at("桐梓坡路1号")
    page = desk.get("/desk/requests/handle", {"address": "银杏", "state": "dispatched", "late": ""}).content.decode()
    assert here in page
    assert there not in page
    assert 'value="银杏"' in page
    assert '<input type="hidden" name="state" value="dispatched">' in page
    assert "address=%E9%93%B6%E6%9D%8F" in page  # the chips keep it
    short = desk.get("/desk/requests/handle", {"address": "路"})
    assert short.status_code == 422
    assert "请至少写两个字" in short.content.decode()
    assert "没有符合条件的诉求" in desk.get("/desk/requests/handle", {"address": "没有这里"}).content.decode()


def test_several_states_and_what_has_ended_by_chips(desk, city):
    one, done = dispatched(), answered()
    page = desk.get("/desk/requests/handle?state=dispatched&state=in_progress").content.decode()
    assert one.number in page
    assert done.number not in page
    assert done.number in desk.get("/desk/requests/handle?history=1").content.decode()
    assert done.number not in desk.get("/desk/requests/supervised?history=1").content.decode()


def test_by_the_api(city, desk):
    here, _ = at("银杏路1号"), at("桐梓坡路1号")
    opened = make_officer(OFFICER, login=f"where-{next(_logins)}", agency_id=city.lights, region_code=CITY)
    api = Client(headers={"Authorization": f"Bearer {opened.token}"})
    told = api.get("/api/v1/desk/requests", {"address": "银杏", "state": ["dispatched", "in_progress"]})
    assert [each["number"] for each in told.json()["items"]] == [here]
    assert api.get("/api/v1/desk/requests", {"address": "路"}).status_code == 422
    assert api.get("/api/v1/desk/requests", {"state": "nonsense"}).status_code == 422
    assert api.get("/api/v1/desk/requests", {"category": "交通运输", "district": "430104"}).json()["items"] == []
