"""As the web's own database login: a co-handler reads one request, while it co-handles, and only through its part."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.tests.factories import LEAD, given
from shimin.capabilities.service_requests.public import reply
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    RESIDENT,
    ROADS,
    found_city,
    in_progress,
    leave_city,
)
from shimin.capabilities.service_requests.tests.test_row_security import count, web
from shimin.kernel.testing import connect_as

TABLES = ("joint_handling_part", "joint_handling_step")
FUNCTIONS = (
    "joint_handling_lent(1)", "joint_handling_queue(ARRAY['asked'], NULL, NULL, 9)", "joint_handling_lent_steps(1)",
    "joint_handling_photos(1)", "joint_handling_hold(1)", "joint_handling_attach_photos(1, 1, ARRAY[1])",
)  # fmt: skip
HELPER = {"roles": "service_requests.officer", "agencies": ROADS, "regions": CITY}
LEADER = {**HELPER, "agencies": LIGHTS}
STRANGER = {**HELPER, "agencies": 7_009}


@pytest.fixture
def part(committed_db) -> Iterator[tuple[int, int]]:
    """A request of account 701 that the lights lead, a part that the roads have given; and another request."""
    stamp.forget()
    found_city()
    in_progress()
    yield given()
    leave_city()
    stamp.forget()


@pytest.mark.django_db
def test_there_is_a_test_database():
    """The tests below commit; pytest-django makes a database only for tests with its mark."""


@pytest.mark.parametrize("table", TABLES)
def test_the_login_itself_reads_nothing(part, table):
    with connect_as("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(connection, table)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_citizens_call_none_of_the_functions(part, function):
    with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {function}")


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        (HELPER, 1),
        (LEADER, 1),
        (STRANGER, 0),
        ({**HELPER, "regions": "430200"}, 0),
        ({**HELPER, "roles": "catalogue.editor"}, 0),
        ({"roles": "service_requests.dispatcher", "regions": CITY}, 1),
        ({"roles": "service_requests.supervisor", "regions": "430200"}, 0),
        ({}, 0),
    ],
)
def test_who_asked_was_asked_or_watches_sees_the_part(part, settings, seen):
    with web("staff", account=912, **settings) as connection:
        assert count(connection, "joint_handling_part") == seen
        assert bool(count(connection, "joint_handling_step")) == bool(seen)


def test_the_requests_own_tables_stay_shut_to_a_co_handler(part):
    with web("staff", account=912, **HELPER) as connection:
        for table in ("request", "step", "note", "reporter", "photo", "voice", "consumer", "abroad"):
            assert count(connection, f"service_requests_{table}") == 0
        assert connection.execute("UPDATE service_requests_request SET answer = '好了'").rowcount == 0


def test_a_part_opens_its_request_and_no_other_until_it_is_answered(part):
    request_id, part_id = part
    with web("staff", account=912, **HELPER) as connection:
        assert connection.execute("SELECT part_id FROM joint_handling_lent(%s)", [part_id]).fetchall() == [(part_id,)]
        assert connection.execute("SELECT count(*) FROM joint_handling_lent_steps(%s)", [part_id]).fetchone()[0] >= 3
        assert connection.execute("SELECT count(*) FROM joint_handling_hold(%s)", [part_id]).fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM joint_handling_lent(%s)", [request_id]).fetchone() == (0,)
    for settings in (STRANGER, {**HELPER, "regions": "430200"}, {"roles": "catalogue.editor"}):
        with web("staff", account=912, **settings) as connection:
            for function in ("lent", "lent_steps", "hold", "photos"):
                asked = connection.execute(f"SELECT count(*) FROM joint_handling_{function}(%s)", [part_id])
                assert asked.fetchone() == (0,)
    reply(actor=LEAD, request_id=request_id, words="已修好。", now=NOW)
    with web("staff", account=912, **HELPER) as connection:
        for function in ("lent", "lent_steps"):
            asked = connection.execute(f"SELECT count(*) FROM joint_handling_{function}(%s)", [part_id])
            assert asked.fetchone() == (0,)
        own = connection.execute("SELECT contribution FROM joint_handling_part").fetchone()
        assert "挖断" in own[0]


def test_what_is_lent_says_nothing_of_who_reported(part):
    with web("staff", account=912, **HELPER) as connection:
        told = connection.execute("SELECT * FROM joint_handling_lent(%s)", [part[1]])
        names = {column.name for column in told.description or ()}
    assert not {"account_id", "person_id", "mandate_id", "channel", "is_confidential"} & names


def test_a_citizen_reads_who_co_handles_their_own_and_no_words(part):
    with web(account=RESIDENT.account_id) as connection:
        assert connection.execute("SELECT agency_id, state FROM joint_handling_part").fetchall() == [(ROADS, "given")]
    with web(account=702) as connection:
        assert connection.execute("SELECT count(id) FROM joint_handling_part").fetchone() == (0,)
    for column in ("wish", "contribution", "reason"):
        with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT {column} FROM joint_handling_part")
    with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(connection, "joint_handling_step")


def test_nobody_asks_for_a_part_of_a_request_they_do_not_have(part):
    insert = """
        INSERT INTO joint_handling_part (id, city_code, request_id, level, agency_id, state, version, asked_by,
          is_fixed, wish, contribution, reason, asked_at, respond_by_at, due_at)
        VALUES (5, '430100', %s, 0, 7004, %s, 1, 'lead', false, '假的', '', '', now(), now(), now())
    """
    for settings, state in ((HELPER, "asked"), (STRANGER, "asked"), (LEADER, "accepted")):
        with web("staff", account=912, **settings) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(insert, [part[0], state])
    with web("staff", account=912, **STRANGER) as connection:
        assert connection.execute("UPDATE joint_handling_part SET state = 'waived'").rowcount == 0


def test_steps_are_written_in_ones_own_name_and_never_changed(part):
    insert = """
        INSERT INTO joint_handling_step (id, part_id, request_id, city_code, version, action, state, taken_at,
          actor_kind, account_id, words)
        VALUES (1, %s, %s, '430100', 99, 'urge', 'given', now(), 'staff', %s, '假的')
    """
    for settings, account in ((HELPER, 999), (STRANGER, 912)):
        with web("staff", account=912, **settings) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(insert, [part[1], part[0], account])
    with web("staff", account=912, **HELPER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE joint_handling_step SET words = '改'")


def test_a_dispatcher_moves_the_time_of_a_part_of_their_city_and_a_stranger_none(part):
    move = "UPDATE joint_handling_part SET due_at = due_at + interval '1 day'"
    for region, moved in ((CITY, 1), ("430200", 0)):
        with web("staff", account=912, roles="service_requests.dispatcher", regions=region) as connection:
            assert connection.execute(move).rowcount == moved
    with web("staff", account=912, **STRANGER) as connection:
        assert connection.execute(move).rowcount == 0
