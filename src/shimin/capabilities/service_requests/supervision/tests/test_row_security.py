"""As the web's own database login: cards and call-backs of others do not exist, and nobody decides their own appeal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import reply
from shimin.capabilities.service_requests.supervision.models import CallBack, Card
from shimin.capabilities.service_requests.supervision.public import draw_call_back, issue_cards
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    ROADS,
    found_city,
    handler,
    in_progress,
    leave_city,
)
from shimin.capabilities.service_requests.tests.test_row_security import web

OFFICER: dict[str, Any] = {"roles": "service_requests.officer", "agencies": LIGHTS, "regions": CITY}
WATCH: dict[str, Any] = {"roles": "service_requests.supervisor", "regions": CITY}


@pytest.fixture
def late(committed_db):
    """A request of the lights' agency with a yellow card and a call-back."""
    stamp.forget()
    found_city()
    filed = in_progress()
    row = ServiceRequest.objects.get(id=filed.request_id)
    issue_cards(row.due_at)
    later = row.due_at + timedelta(hours=1)
    reply(actor=handler(LIGHTS), request_id=row.id, words="已修好。", now=later)
    ServiceRequest.objects.filter(id=row.id).update(wants_contact=True)
    draw_call_back(request_id=row.id, now=later)
    yield row
    CallBack.objects.all().delete()
    Card.objects.all().delete()
    leave_city()
    stamp.forget()


def seen(table: str, role: str = "staff", **settings: Any) -> int:
    with web(role, account=911, **settings) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_cards_are_seen_by_those_concerned(late):
    assert seen("service_requests_card", **OFFICER) == seen("service_requests_card", **WATCH) == 1
    for settings in ({**OFFICER, "agencies": ROADS}, {**WATCH, "regions": "430200"}, {"roles": "catalogue.editor"}, {}):
        assert seen("service_requests_card", **settings) == 0


def test_call_backs_are_the_supervisor_s(late):
    assert seen("service_requests_call_back", **WATCH) == 1
    for settings in (OFFICER, {**WATCH, "regions": "430200"}, {"roles": "service_requests.dispatcher"}):
        assert seen("service_requests_call_back", **settings) == 0


@pytest.mark.parametrize("table", ["service_requests_card", "service_requests_call_back", "service_requests_imported"])
def test_citizens_see_none(late, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen(table, "citizen")


def test_nobody_lifts_a_card_of_their_own_agency(late):
    lift = "UPDATE service_requests_card SET appeal_state = 'lifted'"
    with web("staff", account=911, **OFFICER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(lift)
    with web("staff", account=941, **WATCH) as connection:
        assert connection.execute(lift).rowcount == 1
    with web("staff", account=911, **OFFICER) as connection:
        assert connection.execute("UPDATE service_requests_card SET appeal_state = 'open'").rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM service_requests_card", "UPDATE service_requests_card SET light = 'yellow'",
        "UPDATE service_requests_call_back SET agency_id = 1", "DELETE FROM service_requests_call_back",
        "SELECT * FROM service_requests_imported",
    ],
)  # fmt: skip
def test_what_was_issued_stays(late, statement):
    with web("staff", account=941, **WATCH) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
