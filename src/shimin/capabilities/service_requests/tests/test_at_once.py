"""One step for many requests: each by itself, each told."""

from __future__ import annotations

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.tests.factories import CITY, dispatched, file, in_progress
from shimin.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(city, monkeypatch) -> Client:
    """A browser of an officer of the lights' agency; the clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    browser = Client()
    opened = make_officer("service_requests.officer", login="many", agency_id=city.lights, region_code=CITY)
    browser.cookies["shimin_desk"] = opened.token
    return browser


@pytest.fixture
def dispatcher(city, monkeypatch) -> Client:
    """A browser of a dispatcher."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    browser = Client()
    browser.cookies["shimin_desk"] = make_officer("service_requests.dispatcher", login="many-2", region_code=CITY).token
    return browser


def text(answer) -> str:
    return str(answer.content.decode())


def states(*receipts) -> list[str]:
    return [ServiceRequest.objects.get(id=each.request_id).state for each in receipts]


def test_takes_what_it_can_and_tells_the_rest(officer, city):
    new, taken, theirs = dispatched(), in_progress(), dispatched(agency_id=city.roads)
    ids = [str(each.request_id) for each in (new, taken, theirs)]
    answer = officer.post(
        "/desk/requests/handle/at-once", {"action": "accept", "request": [*ids, ids[0], "x", "9" * 30]}
    )
    page = text(answer)
    assert "1 件已办好，2 件没有办成" in page
    assert "不能“部门签收”" in page
    assert theirs.number not in page
    assert states(new, taken, theirs) == ["in_progress", "in_progress", "dispatched"]


def test_progress_needs_words(officer, city):
    one, two = in_progress(), in_progress()
    said = {"action": "interim_reply", "request": [str(one.request_id), str(two.request_id)]}
    assert "没有办成" in text(officer.post("/desk/requests/handle/at-once", said))
    assert "2 件已办好" in text(officer.post("/desk/requests/handle/at-once", {**said, "words": "配件明天到。"}))


def test_dispatches_many_to_one_agency(dispatcher, city):
    one, two = file(), file()
    said = {"action": "dispatch", "request": [str(one.request_id), str(two.request_id)]}
    assert dispatcher.post("/desk/requests/dispatch/at-once", said).status_code == 422
    assert states(one, two) == ["filed", "filed"]
    answer = dispatcher.post("/desk/requests/dispatch/at-once", {**said, "agency": str(city.lights)})
    assert "2 件已办好" in text(answer)
    assert states(one, two) == ["dispatched", "dispatched"]
    assert "没有选中" in text(
        dispatcher.post("/desk/requests/dispatch/at-once", {"action": "dispatch", "agency": str(city.lights)})
    )


def test_other_steps_queues_and_people_are_refused(officer, dispatcher, city):
    new = dispatched()
    ticked = {"request": [str(new.request_id)]}
    for key, action in (("handle", "reply"), ("handle", "nonsense"), ("review", "accept"), ("nonsense", "accept")):
        assert officer.post(f"/desk/requests/{key}/at-once", {"action": action, **ticked}).status_code == 404
    assert "没有办成" in text(dispatcher.post("/desk/requests/handle/at-once", {"action": "accept", **ticked}))
    assert Client().post("/desk/requests/handle/at-once", {"action": "accept", **ticked}).status_code in (302, 403)
    many = {"action": "accept", "request": [str(number) for number in range(1, 60)]}
    assert officer.post("/desk/requests/handle/at-once", many).status_code == 422
    assert states(new) == ["dispatched"]


def test_the_queue_offers_it(officer, city):
    dispatched()
    page = text(officer.get("/desk/requests/handle"))
    assert "签收选中的" in page
    assert "/desk/requests/handle/at-once" in page


def test_agencies_of_other_cities_are_not_offered(dispatcher, city):
    file()
    page = text(dispatcher.get("/desk/requests/dispatch"))
    assert "长沙路灯" in page
    assert "株洲路灯" not in page
