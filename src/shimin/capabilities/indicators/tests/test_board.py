"""The board: figures beside their bands, for supervisors of the city only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.identity.tests.factories import make_officer
from shimin.capabilities.identity.web import cookies
from shimin.capabilities.indicators.public import (
    FIGURE_WORDS,
    Band,
    BoardFigure,
    bands_for,
    figure_words,
    how_computed,
    target_words,
)
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, found_city
from shimin.kernel.ids import new_id


def test_bands_are_those_of_the_day():
    bands = bands_for(CITY, date(2026, 11, 27))
    assert bands[BoardFigure.RESPONSE_RATE] == Band(0.95, None)
    assert bands[BoardFigure.RED] == Band(None, 0)
    assert bands_for(CITY, date(2025, 12, 31)) == {}


@pytest.mark.parametrize(
    ("band", "value", "side"),
    [
        (Band(0.95, None), 0.95, ""), (Band(0.95, None), 0.9499, "low"), (Band(None, 0), 0, ""),
        (Band(None, 0), 1, "high"), (Band(1, 2), 3, "high"), (Band(None, None), 9, ""),
    ],
)  # fmt: skip
def test_a_value_lies_within_or_on_a_side(band, value, side):
    assert band.side_of(value) == side


def test_figures_in_words():
    assert figure_words(BoardFigure.RESPONSE_RATE, 0.9623) == "96.2%"
    assert figure_words(BoardFigure.REAL_DAYS, 11.24) == "11.2天"
    assert figure_words(BoardFigure.OPEN, 1234) == "1,234件"
    assert figure_words(BoardFigure.SOLVED_RATE, None) == "—"
    assert target_words(BoardFigure.RESPONSE_RATE, Band(0.95, None)) == "不低于95%"
    assert target_words(BoardFigure.RED, Band(None, 0)) == "不高于0"
    assert target_words(BoardFigure.OPEN, None) == ""


def test_every_figure_has_words_and_says_how():
    assert all(FIGURE_WORDS[figure] and how_computed(figure).endswith("。") for figure in BoardFigure)


def browser_of(role, region_code=CITY):
    opened = make_officer(role, region_code=region_code, now=datetime.now(UTC), login=f"officer-{new_id()}")
    browser = Client()
    browser.cookies[cookies._name("shimin_desk")] = opened.token
    return browser


def file_late():
    load_reference(now=datetime.now(UTC))
    found_city()
    now = datetime.now(UTC)
    ServiceRequest.objects.create(
        city_code=CITY,
        number=str(new_id())[:19],
        request_kind="help",
        title="路灯",
        words="路灯坏了",
        clock={},
        state="in_progress",
        agency_id=LIGHTS,
        filed_at=now - timedelta(days=20),
        due_at=now - timedelta(days=9),
    )


def test_the_board_shows_what_is_outside_and_leads_to_it(db):
    file_late()
    page = browser_of(SUPERVISOR).get("/desk/board").content.decode()
    assert "超出范围" in page
    assert f"/desk/requests/all?agency={LIGHTS}&amp;late=1" in page
    assert "percentile_cont" in page
    wall = browser_of(SUPERVISOR).get("/desk/board?wall=1").content.decode()
    assert "indicators/wall" in wall
    assert "desk-nav" not in wall


def test_the_board_leads_to_the_late_ones_of_an_agency(db):
    file_late()
    browser = browser_of(SUPERVISOR)
    for query, shown in ((f"agency={LIGHTS}&late=1", True), ("agency=7002", False), ("agency=x&late=1", True)):
        assert ("路灯" in browser.get(f"/desk/requests/all?{query}").content.decode()) == shown


@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        ("service_requests.officer", CITY, 403), ("indicators.analyst", CITY, 403), (SUPERVISOR, "430200", 404),
        (SUPERVISOR, CITY, 200), (SUPERVISOR, None, 200),
    ],
)  # fmt: skip
def test_supervisors_see_their_city_only(db, role, region, status):
    load_reference(now=datetime.now(UTC))
    assert browser_of(role, region).get(f"/desk/board?city={CITY}").status_code == status
    assert Client().get("/desk/board").status_code in (302, 401)


@pytest.mark.parametrize("query", ["days=-1", "days=9e9", "city=999999", "city=%00", "wall=2", "days=x&city="])
def test_odd_addresses_are_answered_in_words(db, query):
    load_reference(now=datetime.now(UTC))
    assert browser_of(SUPERVISOR).get(f"/desk/board?{query}").status_code in (200, 404)
