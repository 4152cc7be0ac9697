"""The weekly report makes itself: on Mondays, once, missed ones afterwards; what it says stays."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.tests.factories import OTHER_CITY
from shimin.capabilities.identity.tests.factories import make_officer
from shimin.capabilities.service_requests.public import SUPERVISOR, withdraw
from shimin.capabilities.service_requests.supervision.domain.weeks import weeks_due
from shimin.capabilities.service_requests.supervision.models import WeeklyReport
from shimin.capabilities.service_requests.supervision.public import (
    Grouping,
    get_weekly_report,
    list_weekly_reports,
    make_weekly_reports,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    RESIDENT,
    answered,
    file,
    found_city,
    leave_city,
)
from shimin.capabilities.service_requests.tests.test_row_security import web
from shimin.kernel import clock
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.models import AuditRecord
from shimin.kernel.testing import officer

FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=CHINA)
MONDAY = datetime(2026, 11, 30, 7, 0, tzinfo=CHINA)
WEEK, DAY = timedelta(days=7), timedelta(days=1)
THE_WEEK = date(2026, 11, 23)
BOSS = officer(SUPERVISOR, account_id=931, region_code=CITY)


@pytest.mark.parametrize(
    ("latest", "now", "due"),
    [
        (None, MONDAY, [THE_WEEK]),
        (None, MONDAY - timedelta(seconds=1), [THE_WEEK - WEEK]),
        (THE_WEEK, MONDAY, []),
        (THE_WEEK, MONDAY + WEEK - timedelta(seconds=1), []),
        (THE_WEEK - WEEK, MONDAY + 5 * DAY, [THE_WEEK]),
        (THE_WEEK - 3 * WEEK, MONDAY, [THE_WEEK - 2 * WEEK, THE_WEEK - WEEK, THE_WEEK]),
        (THE_WEEK - 30 * WEEK, MONDAY, [THE_WEEK - WEEK * back for back in range(7, -1, -1)]),
        (THE_WEEK + WEEK, MONDAY, []),
    ],
)
def test_which_weeks_are_due(latest, now, due):
    assert weeks_due(latest, now) == due


@pytest.mark.django_db
def test_is_made_on_monday_once_and_stays_as_it_was(city):
    first, _ = answered(now=FRIDAY), file(now=FRIDAY)
    assert make_weekly_reports(FRIDAY) == 1, "the week before: nothing was filed in it"
    assert make_weekly_reports(MONDAY - timedelta(seconds=1)) == 0
    assert make_weekly_reports(MONDAY) == 1
    assert make_weekly_reports(MONDAY + timedelta(hours=5)) == 0
    report = get_weekly_report(BOSS, city_code=CITY, week_starts=THE_WEEK)
    assert report.whole is not None
    assert (report.whole.filed, report.whole.ended, report.made_at, report.week_ends) == (
        2, 1, MONDAY, date(2026, 11, 29),
    )  # fmt: skip
    assert [row.key for row in report.by[Grouping.AGENCY]] == ["", str(LIGHTS)]
    withdraw(actor=RESIDENT, request_id=file(now=FRIDAY).request_id, now=MONDAY)
    assert first.request_id
    assert get_weekly_report(BOSS, city_code=CITY, week_starts=THE_WEEK) == report
    empty = get_weekly_report(BOSS, city_code=CITY, week_starts=THE_WEEK - WEEK)
    assert empty.whole is None
    assert AuditRecord.objects.filter(action="service_requests.weekly_report").count() == 2


@pytest.mark.django_db
def test_missed_mondays_are_caught_up_and_a_city_without_requests_reports_nothing(city):
    file(now=FRIDAY)
    make_weekly_reports(MONDAY)
    assert make_weekly_reports(MONDAY + 3 * WEEK + 2 * DAY) == 3
    assert [each.week_starts for each in list_weekly_reports(BOSS, city_code=CITY)] == [
        THE_WEEK + WEEK * ahead for ahead in (3, 2, 1, 0)
    ]
    assert not WeeklyReport.objects.filter(city_code=OTHER_CITY).exists()


@pytest.mark.django_db
def test_only_supervisors_of_the_city_read_it(city):
    file(now=FRIDAY)
    make_weekly_reports(MONDAY)
    for stranger in (RESIDENT, officer(SUPERVISOR, region_code=OTHER_CITY), officer("service_requests.officer")):
        with pytest.raises(Forbidden):
            get_weekly_report(stranger, city_code=CITY, week_starts=THE_WEEK)
        with pytest.raises(Forbidden):
            list_weekly_reports(stranger, city_code=CITY)
    with pytest.raises(NotFound):
        get_weekly_report(BOSS, city_code=CITY, week_starts=THE_WEEK + DAY)


@pytest.mark.django_db
def test_pages_paper_and_api(city, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)
    answered(now=FRIDAY)
    make_weekly_reports(MONDAY)
    desk = Client()
    token = make_officer(SUPERVISOR, login="weeks", region_code=CITY, now=FRIDAY).token
    desk.cookies["shimin_desk"] = token
    assert "收到 1 件" in desk.get("/desk/supervision/weeks").content.decode()
    page = desk.get(f"/desk/supervision/weeks/{THE_WEEK}?city={CITY}").content.decode()
    assert "长沙路灯" in page
    assert "11月30日" in page
    paper = desk.get(f"/desk/supervision/weeks/{THE_WEEK}/report.pdf")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    for odd in ("2026-11-24", "2026-13-01", "0001-01-01"):
        assert desk.get(f"/desk/supervision/weeks/{odd}").status_code == 404
    assert Client().get("/desk/supervision/weeks").status_code == 302
    api = {"Authorization": f"Bearer {token}"}
    told = Client().get(f"/api/v1/desk/supervision/weeks/{THE_WEEK}?city_code={CITY}", headers=api)
    assert told.status_code == 200, told.content
    assert told.json()["whole"]["filed"] == 1
    assert [row["key"] for row in told.json()["by_agency"]] == [str(LIGHTS)]
    assert len(Client().get(f"/api/v1/desk/supervision/weeks?city_code={CITY}", headers=api).json()) == 1
    assert Client().get(f"/api/v1/desk/supervision/weeks?city_code={OTHER_CITY}", headers=api).status_code == 403


def test_six_workers_make_one_and_rows_are_seen_by_supervisors_only(committed_db):
    stamp.forget()
    found_city()
    file(now=FRIDAY)
    barrier = threading.Barrier(6)

    def make(_: int) -> int:
        try:
            barrier.wait(timeout=10)
            return make_weekly_reports(MONDAY)
        finally:
            connections.close_all()

    try:
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(make, range(6))) == 1
        count = "SELECT count(*) FROM service_requests_weekly_report"
        for role, settings, seen in (
            ("staff", {"roles": SUPERVISOR, "regions": CITY}, 1),
            ("staff", {"roles": SUPERVISOR, "regions": OTHER_CITY}, 0),
            ("staff", {"roles": "service_requests.officer", "regions": CITY}, 0),
        ):
            with web(role, account=931, **settings) as connection:
                assert connection.execute(count).fetchone() == (seen,)
    finally:
        leave_city()
        stamp.forget()
