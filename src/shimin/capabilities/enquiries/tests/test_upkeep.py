from datetime import timedelta

import pytest

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.enquiries.models import CallbackRequest, SourceHealth
from shimin.capabilities.enquiries.operations.callbacks import request_callback
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.operations.watching import watch_sources
from shimin.capabilities.enquiries.queries.desk import OFFICER
from shimin.capabilities.enquiries.tests.factories import CITY
from shimin.capabilities.enquiries.tests.test_pages import words
from shimin.capabilities.identity.tests.factories import make_officer, make_resident
from shimin.capabilities.notices.public import list_notices
from shimin.kernel.calls import client as http_client
from shimin.kernel.errors import DomainError, NotFound, SignInRequired
from shimin.kernel.worker import periodic

SLUG = "traffic-violations"


@pytest.fixture
def down(publish, source):
    publish(SLUG)
    source.up = False
    source.failure = http_client.SourceDown("traffic-police")
    return source


def wait_for(resident, at):
    request_callback(actor=resident.actor, region_code=CITY, slug=SLUG, now=at.now)


def told(resident):
    return [notice.title for notice in list_notices(resident.actor)]


def test_who_waits_is_told_once_when_the_source_has_been_back_a_minute(down, resident, at):
    wait_for(resident, at)
    watch_sources(at.now)
    down.up = True
    watch_sources(at.now + timedelta(seconds=20))
    assert told(resident) == []
    for minutes in (2, 3):
        watch_sources(at.now + timedelta(minutes=minutes))
    assert told(resident) == ["查我的违法：可以查了"]


def test_a_source_that_comes_and_goes_is_not_back(down, resident, at):
    wait_for(resident, at)
    for minute in range(6):
        down.up = minute % 2 == 1
        watch_sources(at.now + timedelta(minutes=minute))
    assert told(resident) == []


def test_a_new_wish_can_follow_a_kept_promise(down, resident, at):
    down.up = True
    for minutes in (0, 2):
        wait_for(resident, at)
        watch_sources(at.now + timedelta(minutes=minutes))
    wait_for(resident, at)
    watch_sources(at.now + timedelta(minutes=5))
    assert len(told(resident)) == 2


def test_only_people_with_an_inbox_can_wait(publish, source, at):
    publish(SLUG)
    with pytest.raises(SignInRequired):
        wait_for(make_resident(level=1), at)
    with pytest.raises(NotFound):
        request_callback(actor=make_resident().actor, region_code=CITY, slug="flying-carpet", now=at.now)
    assert not CallbackRequest.objects.exists()


def test_the_desk_sees_how_a_source_behaves(down, browser, resident, at):
    with pytest.raises(DomainError):
        look_up(actor=resident.actor, region_code=CITY, slug=SLUG, params={}, now=at.now)
    down.failure = None
    look_up(actor=resident.actor, region_code=CITY, slug=SLUG, params={}, now=at.now)
    wait_for(resident, at)
    watch_sources(at.now)
    health = SourceHealth.objects.get(system="traffic-police")
    assert (health.is_up, health.reads, health.failures, health.waiting) == (False, 2, 1, 1)
    assert health.median_ms is not None

    [agency] = list_agencies(CITY)
    browser.cookies["shimin_desk"] = make_officer(OFFICER, agency_id=agency.id).token
    page = words(browser.get("/desk/enquiries/sources"))
    assert "没有回应" in page
    assert "长沙市公安局交通警察支队" in page


def test_the_desk_sees_its_own_sources_only(down, browser, at):
    watch_sources(at.now)
    browser.cookies["shimin_desk"] = make_officer(OFFICER, agency_id=1).token
    assert "长沙市公安局" not in words(browser.get("/desk/enquiries/sources"))


def test_old_readings_do_not_count(down, resident, at):
    with pytest.raises(DomainError):
        look_up(actor=resident.actor, region_code=CITY, slug=SLUG, params={}, now=at.now)
    watch_sources(at.now + timedelta(minutes=16))
    assert SourceHealth.objects.get(system="traffic-police").reads == 0


def test_the_jobs_are_registered():
    assert {"enquiries.close_lost_lines", "enquiries.trim_cache", "enquiries.watch_sources"} <= set(periodic.jobs)


def test_a_source_that_answers_people_is_not_bothered(publish, source, resident, at, monkeypatch):
    publish(SLUG)
    looked = []

    def look(system):
        looked.append(system.name)
        return True

    monkeypatch.setattr(source, "is_up", look)
    watch_sources(at.now)
    look_up(actor=resident.actor, region_code=CITY, slug=SLUG, params={}, now=at.now)
    watch_sources(at.now + timedelta(seconds=20))
    watch_sources(at.now + timedelta(seconds=40))
    assert looked == ["traffic-police"]


def test_a_source_that_fails_people_is_looked_at(publish, source, resident, at):
    publish(SLUG)
    watch_sources(at.now)
    source.failure, source.up = http_client.SourceDown("traffic-police"), False
    with pytest.raises(DomainError):
        look_up(actor=resident.actor, region_code=CITY, slug=SLUG, params={}, now=at.now)
    watch_sources(at.now + timedelta(seconds=20))
    assert not SourceHealth.objects.get(system="traffic-police").is_up
