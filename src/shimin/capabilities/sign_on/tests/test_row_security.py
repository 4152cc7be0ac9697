"""As the web's own database login: what is another's does not exist, and nobody makes themselves an authorisation."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.sign_on.models import Authorisation, Code, ConnectedSystem, HandOver, LinkedIdentity, Token
from shimin.capabilities.sign_on.tests.factories import CALLBACK, make_client
from shimin.kernel.db import role_name
from shimin.kernel.ids import new_id
from shimin.kernel.testing import connect_as

MINE, OTHER, AGENCY, CITY = 1, 2, 77, "430100"
OWN = ("sign_on_connected_system", "sign_on_authorisation", "sign_on_hand_over", "sign_on_linked_identity")
HIDDEN = (
    "sign_on_code", "sign_on_token", "sign_on_signing_key", "sign_on_waiting_request", "sign_on_logout_notice",
    "sign_on_used_assertion", "sign_on_link_attempt",
)  # fmt: skip


@pytest.fixture
def rows(committed_db):
    """One row of each kind, of account 1 and agency 77."""
    client, _ = make_client(agency_id=AGENCY, city_code=CITY)
    authorisation = Authorisation.objects.create(
        id=new_id(), account_id=MINE, session_id=1, client=client, subject="s", scopes=["openid"],
        redirect_uri=CALLBACK, nonce="", code_challenge="", level=2, verified_at=NOW, begun_at=NOW,
    )  # fmt: skip
    Code.objects.create(hash=b"c", authorisation=authorisation, expires_at=NOW)
    Token.objects.create(
        hash=b"t", token_kind="access", client=client, authorisation=authorisation, scopes=[], issued_at=NOW,
        expires_at=NOW,
    )  # fmt: skip
    ConnectedSystem.objects.create(
        id=new_id(), account_id=MINE, client=client, client_name="x", agency_name="y", sector="z", subject="s",
        scopes=["openid"], connected_at=NOW, last_used_at=NOW,
    )  # fmt: skip
    HandOver.objects.create(
        id=new_id(), account_id=MINE, authorisation=authorisation, client_name="x", agency_name="y", purpose="z",
        claims=["name"], first_at=NOW, last_at=NOW,
    )  # fmt: skip
    LinkedIdentity.objects.create(hash=b"l", account_id=MINE, entrance="wechat", linked_at=NOW)
    return client


@contextmanager
def web(role="citizen", **settings):
    """The web's login, in a transaction as ``role``."""
    with connect_as("web") as connection, connection.transaction():
        connection.execute("SELECT set_config('role', %s, true)", [role_name(role)])
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, true)", [f"shimin.{name}", str(value)])
        yield connection


def count(connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


@pytest.mark.parametrize("table", OWN)
def test_citizen_sees_their_own_only(rows, table):
    with web(account=MINE) as connection:
        assert count(connection, table) == 1
    with web(account=OTHER) as connection:
        assert count(connection, table) == 0
    with web() as connection:
        assert count(connection, table) == 0


@pytest.mark.parametrize("table", [*HIDDEN, "sign_on_client"])
def test_citizen_has_no_way_to_the_rest(rows, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), web(account=MINE) as connection:
        count(connection, table)


@pytest.mark.parametrize("table", OWN)
@pytest.mark.parametrize("change", ["UPDATE {} SET account_id = 1", "DELETE FROM {}"])
def test_citizen_changes_nothing(rows, table, change):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), web(account=MINE) as connection:
        connection.execute(change.format(table))


@pytest.mark.parametrize("table", [*OWN, *HIDDEN])
def test_staff_see_nothing_of_people(rows, table):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web("staff", account=3, roles="sign_on.officer,sign_on.approver") as connection,
    ):
        count(connection, table)


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"roles": "sign_on.officer", "agencies": AGENCY, "regions": CITY}, 1),
        ({"roles": "sign_on.approver", "regions": CITY}, 1),
        ({"roles": "sign_on.officer", "agencies": 78, "regions": CITY}, 0),
        ({"roles": "sign_on.approver", "regions": "430200"}, 0),
        ({"roles": "enquiries.officer", "agencies": AGENCY, "regions": CITY}, 0),
    ],
)
def test_staff_see_clients_of_their_agency_and_region(rows, settings, seen):
    with web("staff", account=3, **settings) as connection:
        assert count(connection, "sign_on_client") == seen


def test_officer_cannot_widen_an_approved_client(rows):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web("staff", account=3, roles="sign_on.officer", agencies=AGENCY, regions=CITY) as connection,
    ):
        connection.execute("UPDATE sign_on_client SET redirect_uris = '{https://evil.example/}'")


def test_officer_cannot_ask_under_another_name(rows):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web("staff", account=3, roles="sign_on.officer", agencies=AGENCY, regions=CITY) as connection,
    ):
        connection.execute(
            "INSERT INTO sign_on_client SELECT id + 1, city_code, agency_id, agency_name, name, purpose, home_url, "
            "'requested', auth_method, NULL, algorithm, redirect_uris, scopes, 99, requested_at, NULL, NULL, '', 1 "
            "FROM sign_on_client"
        )
