"""Who waits may urge; the desk hears of it, of reopening and of supervision, until somebody has seen it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client

from shimin.capabilities.catalogue.tests.factories import OTHER_CITY
from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.service_requests.models import DeskNews, ServiceRequest
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    SUPERVISOR,
    ChasedLately,
    StepRefused,
    chase,
    count_news,
    get_request_for,
    hand_over,
    list_news,
    mark_news_seen,
    reopen,
    reply_interim,
    tell_desk,
)
from shimin.capabilities.service_requests.supervision.public import urge
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    NEIGHBOUR,
    RESIDENT,
    ROADS,
    THEIR_DESPATCHER,
    answered,
    file,
    handler,
    head,
    in_progress,
)
from shimin.capabilities.service_requests.tests.test_row_security import receipt as receipt
from shimin.capabilities.service_requests.tests.test_row_security import web
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.testing import officer

DAY = timedelta(days=1)
OURS, THEIRS = handler(LIGHTS), handler(ROADS, 912)
BOSS = officer(SUPERVISOR, account_id=931, region_code=CITY)
_logins = count(1)


def relay() -> None:
    while relay_batch(NOW + timedelta(hours=1)):
        continue


@pytest.fixture
def quiet(city, monkeypatch):
    """Nothing waits in the outbox; the clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    relay()


@pytest.mark.django_db
def test_urging_is_told_to_the_agency_that_has_it_and_to_nobody_else(quiet):
    request = in_progress()
    chase(actor=RESIDENT, request_id=request.request_id, words="一周了，没人来。", now=NOW)
    relay()
    (news,) = list_news(OURS)
    assert (news.what, news.words, news.number) == ("市民催办", "一周了，没人来。", request.number)
    assert count_news(head(LIGHTS)) == 1
    assert [count_news(other) for other in (THEIRS, DESPATCHER, BOSS, RESIDENT)] == [0, 0, 0, 0]
    assert get_request_for(actor=RESIDENT, request_id=request.request_id).steps[-1].words == "一周了，没人来。"


@pytest.mark.django_db
def test_once_a_day_by_who_filed_it_while_it_is_open(quiet):
    request = in_progress()
    at: dict[str, Any] = {"request_id": request.request_id}
    for other in (NEIGHBOUR, ANONYMOUS):
        with pytest.raises(NotFound):
            chase(actor=other, now=NOW, **at)
    chase(actor=RESIDENT, now=NOW, **at)
    with pytest.raises(ChasedLately):
        chase(actor=RESIDENT, now=NOW + DAY - timedelta(seconds=1), **at)
    chase(actor=RESIDENT, now=NOW + DAY, **at)
    done = answered()
    with pytest.raises(StepRefused):
        chase(actor=RESIDENT, request_id=done.request_id, now=NOW)


@pytest.mark.django_db
def test_without_an_account_number_and_code_do(quiet):
    request = file(actor=ANONYMOUS)
    chase(
        actor=ANONYMOUS, request_id=request.request_id, number=request.number, code=request.query_code, now=NOW
    )  # fmt: skip
    relay()
    assert [news.number for news in list_news(DESPATCHER)] == [request.number], "nobody has it yet"
    assert count_news(OURS) == 0


@pytest.mark.django_db
def test_a_reopened_one_is_news_for_dispatcher_and_agency(quiet):
    request = answered()
    reopen(actor=RESIDENT, request_id=request.request_id, words="还是不亮。", now=NOW)
    relay()
    for staff in (DESPATCHER, OURS):
        assert [news.what for news in list_news(staff)] == ["要求重新办理"]
    assert count_news(THEIRS) == 0


@pytest.mark.django_db
def test_supervision_is_told_and_the_next_step_takes_it_as_seen(quiet):
    request = in_progress()
    urge(actor=BOSS, request_id=request.request_id, words="请今天联系市民。", now=NOW)
    relay()
    assert [news.words for news in list_news(OURS)] == ["请今天联系市民。"]
    reply_interim(actor=OURS, request_id=request.request_id, words="明天上门。", now=NOW)
    relay()
    assert list_news(OURS) == ()
    assert DeskNews.objects.get().seen_by_id == OURS.account_id


@pytest.mark.django_db
def test_delivered_again_it_is_told_once(quiet):
    request = in_progress()
    step_id = chase(actor=RESIDENT, request_id=request.request_id, now=NOW)
    told = [tell_desk(request_id=request.request_id, step_id=step_id, action="chase", now=NOW) for _ in range(3)]
    assert told == [True, False, False]


@pytest.mark.django_db
def test_the_other_city_hears_that_its_mirror_is_urged(quiet):
    request = file()
    hand_over(actor=DESPATCHER, request_id=request.request_id, city_code=OTHER_CITY, words="在株洲。", now=NOW)
    chase(actor=RESIDENT, request_id=request.request_id, words="请快一点。", now=NOW)
    relay()
    assert [news.words for news in list_news(THEIR_DESPATCHER)] == ["请快一点。"]


@pytest.mark.django_db
def test_seen_by_one_is_seen_by_all_and_others_news_stays(quiet):
    first, second = in_progress(), in_progress(agency_id=ROADS)
    for request in (first, second):
        chase(actor=RESIDENT, request_id=request.request_id, now=NOW)
    relay()
    ids = list(DeskNews.objects.values_list("id", flat=True))
    assert mark_news_seen(actor=OURS, news_ids=ids, now=NOW) == 1
    assert mark_news_seen(actor=OURS, news_ids=ids, now=NOW) == 0
    assert (count_news(head(LIGHTS)), count_news(THEIRS)) == (0, 1)
    with pytest.raises(NotFound):
        mark_news_seen(actor=RESIDENT, news_ids=ids, now=NOW)


@pytest.mark.django_db
def test_on_the_pages_and_by_the_api(quiet):
    person, browser = make_resident(), Client()
    browser.cookies["shimin_session"] = person.token
    request = in_progress(actor=person.actor)
    page = f"/requests/{request.number}"
    assert "催一催" in browser.get(page).content.decode()
    assert browser.post(f"{page}/chase", {"words": "<b>快一点</b>"}).status_code == 302
    assert "您催办了一次" in browser.get(page).content.decode()
    again = browser.post(f"{page}/chase", {"words": ""})
    assert again.status_code == 409
    assert "已经催过了" in again.content.decode()
    api = Client().post(
        f"/api/v1/me/requests/{request.request_id}/steps", {"action": "chase"}, "application/json",
        headers={"Authorization": f"Bearer {person.token}"},
    )  # fmt: skip
    assert (api.status_code, api.json()["code"]) == (409, "request_chased_lately")
    relay()
    desk = Client()
    desk.cookies["shimin_desk"] = make_officer(
        OFFICER, login=f"news-{next(_logins)}", agency_id=LIGHTS, region_code=CITY
    ).token
    shown = desk.get("/desk/request-news").content.decode()
    assert "市民催办" in shown
    assert "<b>快一点" not in shown
    news = DeskNews.objects.get()
    assert desk.post("/desk/request-news/seen", {"news": [str(news.id), "x", "9" * 30]}).status_code == 303
    assert "没有新的催办" in desk.get("/desk/request-news").content.decode()
    other = Client()
    other.cookies["shimin_desk"] = make_officer(DISPATCHER, login=f"news-{next(_logins)}", region_code=OTHER_CITY).token
    assert "没有新的催办" in other.get("/desk/request-news").content.decode()
    assert Client().get("/desk/request-news").status_code == 302


def test_rows_are_seen_by_staff_of_agency_and_city_only(receipt):
    row = ServiceRequest.objects.get(id=receipt.request_id)
    step = row.steps.latest("version")
    DeskNews.objects.create(
        request=row, city_code=CITY, step_id=step.id, action="chase", agency_id=LIGHTS, told_at=step.taken_at
    )
    count_rows = "SELECT count(*) FROM service_requests_desk_news"
    officer_of = {"roles": OFFICER, "regions": CITY}
    for role, settings, seen in (
        ("staff", {**officer_of, "agencies": LIGHTS}, 1),
        ("staff", {**officer_of, "agencies": ROADS}, 0),
        ("staff", {"roles": DISPATCHER, "regions": CITY}, 1),
        ("staff", {"roles": DISPATCHER, "regions": OTHER_CITY}, 0),
        ("staff", {"roles": SUPERVISOR, "regions": CITY}, 0),
    ):
        with web(role, account=911, **settings) as connection:
            assert connection.execute(count_rows).fetchone() == (seen,)
