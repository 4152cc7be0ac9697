"""As the web's own database login: others' requests do not exist, and nobody files past the one function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import psycopg
import pytest

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.service_requests.handles import code_hash
from shimin.capabilities.service_requests.models import RequestNote, RequestPhoto, ServiceRequest
from shimin.capabilities.service_requests.public import Receipt
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    RESIDENT,
    ROADS,
    file,
    found_city,
    in_progress,
    leave_city,
)
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import role_name
from shimin.kernel.ids import new_id
from shimin.kernel.testing import connect_as

TABLES = (
    "service_requests_request", "service_requests_step", "service_requests_note", "service_requests_reporter",
    "service_requests_query_handle", "service_requests_filing_key", "service_requests_photo", "service_requests_voice",
    "service_requests_partner_filing", "service_requests_partner_update", "service_requests_consumer",
    "service_requests_abroad", "service_requests_duty",
)  # fmt: skip
READ_BY_REPORTERS = ("service_requests_request", "service_requests_step", "service_requests_reporter")


@pytest.fixture
def receipt(committed_db) -> Iterator[Receipt]:
    """A request of account 701 with the agency 7001, and a note."""
    stamp.forget()
    found_city()
    filed = in_progress(is_confidential=True)
    row = ServiceRequest.objects.get(id=filed.request_id)
    RequestNote.objects.create(
        id=new_id(), request=row, city_code=CITY, account_id=911, words="内部", written_at=row.filed_at
    )
    yield filed
    leave_city()
    stamp.forget()


@contextmanager
def web(role="citizen", **settings):
    """The web's login, in a transaction as ``role`` with the settings of an actor."""
    with connect_as("web") as connection, connection.transaction():
        connection.execute("SELECT set_config('role', %s, true)", [role_name(role)])
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, true)", [f"shimin.{name}", str(value)])
        yield connection


def count(connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("table", TABLES)
def test_the_login_itself_reads_nothing(receipt, table):
    with connect_as("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(connection, table)


@pytest.mark.parametrize("table", READ_BY_REPORTERS)
def test_a_person_sees_their_own_only(receipt, table):
    with web(account=RESIDENT.account_id) as connection:
        assert count(connection, table) >= 1
    for account in ("", 702):
        with web(account=account) as connection:
            assert count(connection, table) == 0


@pytest.mark.parametrize(
    "table",
    [
        "service_requests_note", "service_requests_query_handle", "service_requests_filing_key",
        "service_requests_partner_filing", "service_requests_partner_update", "service_requests_duty",
    ],
)  # fmt: skip
def test_some_tables_are_not_for_citizens(receipt, table):
    with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(connection, table)


OFFICER = {"roles": "service_requests.officer", "agencies": LIGHTS, "regions": CITY}


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        (OFFICER, 1),
        ({**OFFICER, "agencies": ROADS}, 0),
        ({**OFFICER, "regions": "430200"}, 0),
        ({**OFFICER, "roles": "catalogue.editor"}, 0),
        ({"roles": "service_requests.dispatcher", "regions": CITY}, 1),
        ({"roles": "service_requests.supervisor", "regions": "430200"}, 0),
        ({}, 0),
    ],
)
def test_staff_see_their_agency_and_region(receipt, settings, seen):
    with web("staff", account=911, **settings) as connection:
        assert count(connection, "service_requests_request") == seen
        assert count(connection, "service_requests_note") == seen


def test_who_asked_to_stay_unknown_is_hidden_from_the_handler(receipt):
    with web("staff", account=911, **OFFICER) as connection:
        assert count(connection, "service_requests_reporter") == 0
    with web("staff", account=901, roles="service_requests.dispatcher", regions=CITY) as connection:
        assert count(connection, "service_requests_reporter") == 1


def test_nobody_writes_a_request_by_hand(receipt):
    for role in ("citizen", "staff"):
        with web(role, account=701, **OFFICER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO service_requests_request (id) VALUES (1)")


def test_a_citizen_answers_no_request(receipt):
    with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE service_requests_request SET answer = '好了'")


def test_a_person_changes_their_own_only(receipt):
    with web(account=702) as connection:
        assert connection.execute("UPDATE service_requests_request SET state = 'withdrawn'").rowcount == 0


def test_an_officer_cannot_give_a_request_to_another_agency(receipt):
    with web("staff", account=911, **OFFICER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE service_requests_request SET agency_id = %s", [ROADS])


def test_steps_are_written_in_ones_own_name_and_never_changed(receipt):
    insert = """
        INSERT INTO service_requests_step (id, request_id, city_code, version, action, state, taken_at, actor_kind,
          account_id, words, is_public, details, due_at, is_clock_running)
        VALUES (1, %s, '430100', 99, 'reply', 'answered', now(), 'staff', %s, '假的', true, '{}', now(), true)
    """
    for role, settings in (("citizen", {"account": 702}), ("staff", {"account": 911, **OFFICER})):
        with web(role, **settings) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(insert, [receipt.request_id, 999])
    with web("staff", account=911, **OFFICER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE service_requests_step SET words = '改'")


def test_a_request_is_filed_for_oneself_only(receipt):
    request = orjson.dumps({"id": 5, "account_id": 702, "city_code": CITY}).decode()
    for account in ("", 701):
        with web(account=account) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "SELECT * FROM service_requests_file(%s, ''::bytea, 'c'::bytea, NULL, NULL, now())", [request]
            )


def test_nobody_derives_from_a_request_outside_their_grants(receipt):
    wanted = {"id": 5, "parent_id": receipt.request_id, "is_mirror": False, "city_code": CITY}
    derive = "SELECT service_requests_derive(%s, 'c'::bytea, now())"
    for settings in ({**OFFICER, "agencies": ROADS}, {**OFFICER, "regions": "430200"}, {"roles": "catalogue.editor"}):
        with web("staff", account=911, **settings) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(derive, [orjson.dumps(wanted).decode()])
    mirrored = orjson.dumps({**wanted, "is_mirror": True, "city_code": "430200"}).decode()
    with web("staff", account=911, **OFFICER) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(derive, [mirrored])
    with web(account=701) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(derive, [mirrored])


def test_the_code_opens_one_request_for_one_transaction(committed_db):
    stamp.forget()
    found_city()
    mine, other = file(actor=ANONYMOUS), file(actor=ANONYMOUS)
    with web() as connection:
        hashed = code_hash(mine.number, mine.query_code)
        connection.execute("SELECT service_requests_unlock(%s)", [hashed])
        assert connection.execute("SELECT id FROM service_requests_request").fetchall() == [(mine.request_id,)]
        wrong = code_hash(other.number, mine.query_code)
        connection.execute("SELECT service_requests_unlock(%s)", [wrong])
        assert count(connection, "service_requests_request") == 0
    with web() as connection:
        assert count(connection, "service_requests_request") == 0
    leave_city()
    stamp.forget()


def keep_photo(request_id: int | None, *, account_id: int | None, **more) -> int:
    """Keep a photo's row without a file."""
    photo_id = new_id()
    step = ServiceRequest.objects.get(id=request_id).steps.latest("version").id if request_id else None
    RequestPhoto.objects.create(
        id=photo_id, city_code=CITY, request_id=request_id, step_id=step, account_id=account_id, large="a" * 64,
        small="b" * 64, width=1, height=1, sent_at=ServiceRequest.objects.latest("id").filed_at, **more,
    )  # fmt: skip
    return photo_id


def photos(connection) -> set[int]:
    return {row[0] for row in connection.execute("SELECT id FROM service_requests_photo").fetchall()}


def test_photos_are_seen_with_the_request_and_waiting_ones_by_nobody(receipt):
    own = keep_photo(receipt.request_id, account_id=RESIDENT.account_id)
    hidden = keep_photo(receipt.request_id, account_id=911, by_staff=True, is_shown=False)
    keep_photo(None, account_id=RESIDENT.account_id)
    with web(account=RESIDENT.account_id) as connection:
        assert photos(connection) == {own}
    for account in ("", 702):
        with web(account=account) as connection:
            assert photos(connection) == set()
    with web("staff", account=911, **OFFICER) as connection:
        assert photos(connection) == {own, hidden}
        assert connection.execute("UPDATE service_requests_photo SET is_shown = false").rowcount == 1
    with web("staff", account=911, **{**OFFICER, "agencies": ROADS}) as connection:
        assert photos(connection) == set()


def test_a_waiting_photo_is_put_to_ones_own_request_only(receipt):
    mine, theirs = keep_photo(None, account_id=701), keep_photo(None, account_id=702)
    step = ServiceRequest.objects.get(id=receipt.request_id).steps.earliest("version").id
    attach = "SELECT service_requests_attach_photos(%s, %s, %s, 9)"
    for account, photo, done in ((702, theirs, -1), (701, theirs, 0), (701, mine, 1), (701, mine, 0)):
        with web(account=account) as connection:
            assert connection.execute(attach, [receipt.request_id, step, [photo]]).fetchone() == (done,)
    with web(account=702) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE service_requests_photo SET request_id = %s", [receipt.request_id])


def test_a_system_is_noted_for_a_request_just_opened_and_for_no_other(receipt):
    note = "SELECT service_requests_note_partner(%s, %s, 5, 'app', 'street-light')"
    with web() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(note, [new_id(), receipt.request_id])
    with web() as connection:
        connection.execute("SELECT service_requests_unlock(%s)", [code_hash(receipt.number, receipt.query_code)])
        connection.execute(note, [new_id(), receipt.request_id])
    for settings, seen in ((OFFICER, 1), ({**OFFICER, "agencies": ROADS}, 0)):
        with web("staff", account=911, **settings) as connection:
            assert count(connection, "service_requests_partner_filing") == seen


def test_strangers_get_nothing_of_a_confidential_request_over_open311(receipt):
    listed = (
        "SELECT count(*) FROM service_requests_open311_requests(%s, NULL, NULL, NULL, NULL, ARRAY['in_progress'], "
        "NULL, NULL, 10, 0)"
    )
    told = "SELECT count(*) FROM service_requests_open311_updates(%s, NULL, NULL, '2000-01-01', '2100-01-01', 10)"
    with web() as connection:
        for text in (listed, told):
            assert connection.execute(text, [CITY]).fetchone() == (0,)
    for role in ("staff", "auth"):
        with web(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(listed, [CITY])


@pytest.mark.parametrize(
    "ask",
    [
        "SELECT service_requests_at_address('银杏路', NULL, NULL, '{}', 10)",
        "SELECT service_requests_in_box(112.9, 28.2, 112.93, 28.23, NULL, NULL, '{}', 10)",
        "SELECT service_requests_in_box(-180, -90, 180, 90, NULL, NULL, '{}', 10)",
    ],
)
def test_searches_by_place_tell_nobody_more_than_the_table(receipt, ask):
    ServiceRequest.objects.filter(id=receipt.request_id).update(address="银杏路12号", lng=112.91, lat=28.21)
    officer = {"roles": "service_requests.officer", "regions": CITY}
    for settings, wanted in (
        ({**officer, "agencies": LIGHTS}, [receipt.request_id]),
        ({**officer, "agencies": ROADS}, None),
        ({**officer, "agencies": LIGHTS, "regions": "430200"}, None),
        ({"roles": "catalogue.editor"}, None),
        ({}, None),
    ):
        with web("staff", **settings) as connection:
            assert connection.execute(ask).fetchone() == (wanted,)
    with web(account=RESIDENT.account_id) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(ask)
