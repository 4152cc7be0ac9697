"""As the web's own database login: another person's row does not exist, and what is written stays written."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from shimin.capabilities.enquiries.models import CachedExtract, CallbackRequest, Dispute, Enquiry
from shimin.capabilities.identity.tests.factories import NOW
from shimin.kernel.db import role_name
from shimin.kernel.ids import new_id
from shimin.kernel.testing import connect_as

TABLES = ("enquiries_enquiry", "enquiries_dispute", "enquiries_callback_request", "enquiries_cached_extract")
MINE, OTHER, AGENCY = 1, 2, 77


@pytest.fixture
def rows(committed_db):
    """One row of each kind, of person 1 and agency 77."""
    owner = {"person_id": MINE, "account_id": MINE, "city_code": "430100"}
    line = Enquiry.objects.create(
        id=new_id(), **owner, agency_id=AGENCY, item_id=1, version_id=1, item_name="查", agency_name="交警",
        system="traffic-police", purpose="查看", basis="法", fields=["罚款"], channel="web", started_at=NOW,
        finished_at=NOW, outcome="found",
    )  # fmt: skip
    Dispute.objects.create(
        id=new_id(), **owner, agency_id=AGENCY, enquiry=line, reason="not_me", words="", filed_at=NOW, due_at=NOW
    )
    CallbackRequest.objects.create(
        id=new_id(), **owner, item_id=1, item_name="查", item_slug="x", system="traffic-police", requested_at=NOW
    )
    CachedExtract.objects.create(
        id=new_id(), person_id=MINE, version_id=1, key=b"k", data=b"d", as_of=NOW, record_count=1, bound=9,
        expires_at=NOW + timedelta(days=9),
    )  # fmt: skip
    return line


@contextmanager
def web(role="citizen", person="", **settings):
    """The web's login, in a transaction as ``role`` of ``person``."""
    with connect_as("web") as connection, connection.transaction():
        connection.execute("SELECT set_config('role', %s, true)", [role_name(role)])
        for name, value in {"person": str(person), **settings}.items():
            connection.execute("SELECT set_config(%s, %s, true)", [f"shimin.{name}", value])
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_the_login_itself_reads_nothing(rows, table):
    with connect_as("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("person", "seen"), [(MINE, 1), (OTHER, 0), ("", 0)])
def test_a_person_sees_their_own_rows_only(rows, table, person, seen):
    with web(person=person) as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (seen,)


def test_a_closed_line_cannot_be_rewritten_by_its_person(rows):
    with web(person=MINE) as connection:
        assert connection.execute("UPDATE enquiries_enquiry SET outcome = 'empty'").rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enquiries_enquiry SET purpose = 'x'",
        "DELETE FROM enquiries_enquiry",
        "DELETE FROM enquiries_dispute",
        "UPDATE enquiries_dispute SET answer = 'x'",
        "UPDATE enquiries_callback_request SET told_at = now()",
        "SELECT * FROM enquiries_source_health",
    ],
)
def test_a_person_has_no_other_right(rows, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), web(person=MINE) as connection:
        connection.execute(statement)


def test_nobody_writes_into_anothers_log_or_cache(rows):
    copies = (
        "INSERT INTO enquiries_cached_extract SELECT 5, 1, 2, 'k', 'd', now(), 1, 9, now()",
        "INSERT INTO enquiries_callback_request SELECT 5, 1, 2, '430100', 2, 'x', 'x', 'x', now(), NULL",
    )
    for statement in copies:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), web(person=OTHER) as connection:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"roles": "enquiries.officer", "agencies": str(AGENCY)}, 1),
        ({"roles": "enquiries.officer", "agencies": str(AGENCY), "regions": "430100"}, 1),
        ({"roles": "enquiries.officer", "agencies": "78"}, 0),
        ({"roles": "enquiries.officer", "regions": "430200"}, 0),
        ({"roles": "catalogue.editor", "agencies": str(AGENCY)}, 0),
        ({}, 0),
    ],
)
def test_an_officer_sees_disputes_of_the_own_agency_and_their_readings(rows, settings, seen):
    with web("staff", **settings) as connection:
        for table in ("enquiries_dispute", "enquiries_enquiry"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (seen,)


def test_an_officer_sees_no_reading_that_is_not_disputed(rows):
    Dispute.objects.all().delete()
    with web("staff", roles="enquiries.officer", agencies=str(AGENCY)) as connection:
        assert connection.execute("SELECT count(*) FROM enquiries_enquiry").fetchone() == (0,)


@pytest.mark.parametrize("table", ["enquiries_callback_request", "enquiries_cached_extract"])
def test_officers_see_neither_wishes_nor_kept_answers(rows, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), web("staff", roles="enquiries.officer") as connection:
        connection.execute(f"SELECT count(*) FROM {table}")
