"""Figures by agency: lights as the rule says of each request, rates from what was answered, one statement."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.lights import light_rule_for
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import HOW, AgencyFigures, figures_by_agency
from shimin.capabilities.service_requests.supervision.queries.by_agency import due_before
from shimin.capabilities.service_requests.tests.factories import CITY, DESPATCHER, LIGHTS, RESIDENT, ROADS, handler
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.deadlines import Unit
from shimin.kernel.calendar.lights import Light, moved
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import NotFound
from shimin.kernel.ids import new_id
from shimin.kernel.testing import count_statements, officer

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=CHINA)
SINCE, UNTIL = NOW - timedelta(days=30), NOW + timedelta(days=1)
BOSS = officer(SUPERVISOR, account_id=931, region_code=CITY)


def make(**about):
    values = {
        "city_code": CITY, "number": str(new_id())[:19], "request_kind": "help", "title": "路灯", "words": "路灯坏了",
        "state": "in_progress", "agency_id": LIGHTS, "filed_at": NOW - timedelta(days=3), "clock": {},
        "due_at": NOW + timedelta(days=30), **about,
    }  # fmt: skip
    return ServiceRequest.objects.create(**values)


def figures(actor=BOSS, **about):
    found = figures_by_agency(actor=actor, **{"city_code": CITY, "since": SINCE, "until": UNTIL, "now": NOW, **about})
    return {each.agency_id: each for each in found.agencies}


@pytest.mark.django_db  # the calendar's days
@settings(max_examples=200, deadline=None)
@given(
    minutes=st.integers(-300 * 1440, 30 * 1440), hours=st.integers(-30 * 24, 30 * 24), amount=st.integers(-5, 5),
    unit=st.sampled_from(list(Unit)),
)  # fmt: skip
def test_a_limit_is_reached_by_what_is_due_before_its_instant(minutes, hours, amount, unit):
    calendar, now = working_calendar(), NOW + timedelta(minutes=minutes)
    due_at = now + timedelta(hours=hours)
    reached = now >= moved(due_at, amount, unit, calendar)
    assert (due_at <= due_before(now, amount, unit, calendar)) == reached


def test_lights_are_those_of_the_rule(db):
    wanted = dict.fromkeys(Light, 0)
    for hours in range(-96, 120, 6):
        for kind, is_emergency in ((RequestKind.QUESTION, False), (RequestKind.HELP, False), (RequestKind.HELP, True)):
            row = make(due_at=NOW + timedelta(hours=hours), request_kind=str(kind), is_emergency=is_emergency)
            rule = light_rule_for(city_code=CITY, kind=kind, is_emergency=is_emergency, filed_at=row.filed_at)
            wanted[rule.light_at(NOW, due_at=row.due_at, calendar=working_calendar())] += 1
    make(due_at=NOW - timedelta(days=9), is_clock_running=False, state="suspended")
    found = figures()[LIGHTS]
    assert (found.warning, found.yellow, found.red) == (wanted[Light.WARNING], wanted[Light.YELLOW], wanted[Light.RED])
    assert min(found.warning, found.yellow, found.red) > 0
    assert found.open == sum(wanted.values()) + 1


def answered(days, promised=10, rating="", **about):
    filed_at = NOW - timedelta(days=20)
    make(
        state="closed" if rating else "answered", filed_at=filed_at, due_at=filed_at + timedelta(days=promised),
        answered_at=filed_at + timedelta(days=days), answer="修好了", rating=rating, **about,
    )  # fmt: skip


def test_rates_count_what_was_answered_in_the_span(db):
    answered(2, rating="very_satisfied")
    answered(4, rating="fairly_satisfied", level=1)
    answered(12, rating="very_dissatisfied")
    answered(6)
    answered(3, agency_id=ROADS, rating="satisfied", returns=1)
    make(state="withdrawn")
    answered(2, city_code="430200", agency_id=7_003)
    found = figures()
    assert found[LIGHTS] == AgencyFigures(
        agency_id=LIGHTS, open=0, warning=0, yellow=0, red=0, filed=4, answered=4, in_time=3, promised_days=10.0,
        real_days=5.0, rated=3, solved=1, very_satisfied=1, satisfied=0, fairly_satisfied=1, dissatisfied=0,
        very_dissatisfied=1, returned=0, redone=1,
    )  # fmt: skip
    assert found[LIGHTS].pleased == 2
    assert (found[ROADS].solved, found[ROADS].returned) == (1, 1)
    assert set(found) == {LIGHTS, ROADS}
    assert figures(since=NOW - timedelta(days=1)) == {}


def test_the_city_together(db):
    answered(2, rating="satisfied")
    answered(4, agency_id=ROADS, rating="dissatisfied")
    answered(12, agency_id=ROADS)
    for actor in (BOSS, SYSTEM):
        city = figures_by_agency(actor=actor, city_code=CITY, since=SINCE, until=UNTIL, now=NOW).together
        assert (city.answered, city.real_days) == (3, 4.0)
        assert (city.response_rate, city.solved_rate, city.satisfied_rate) == (2 / 3, 1 / 2, 1 / 2)
    nothing = figures_by_agency(actor=BOSS, city_code=CITY, since=UNTIL, until=UNTIL, now=NOW)
    assert nothing.agencies == ()
    assert (nothing.together.response_rate, nothing.together.solved_rate, nothing.together.real_days) == (None,) * 3


def test_one_statement(db):
    answered(2)
    figures()  # the calendar is read
    with count_statements() as seen:
        figures()
    assert seen.count == 1


def test_who_sees_what(db):
    answered(2)
    answered(2, agency_id=ROADS)
    assert set(figures(DESPATCHER)) == {LIGHTS, ROADS}
    assert set(figures(handler(LIGHTS))) == {LIGHTS}
    for stranger in (ANONYMOUS, RESIDENT, officer(SUPERVISOR, region_code="430200"), officer("indicators.analyst")):
        with pytest.raises(NotFound):
            figures(stranger)


def test_every_figure_says_how():
    assert set(HOW) - {"pleased"} <= set(AgencyFigures.__dataclass_fields__)
    assert all(words.endswith("。") for words in HOW.values())
