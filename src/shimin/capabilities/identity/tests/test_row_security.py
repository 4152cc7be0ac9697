"""As the web's database role, another person's rows do not exist: by SQL, past all Python."""

import psycopg
import pytest
from django.db import connection

from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.identity.tests.test_registration import ask
from shimin.capabilities.identity.tests.test_signing_in import enter
from shimin.capabilities.notices.operations.sending import send_notice
from shimin.kernel.db import role_name, scope
from shimin.kernel.testing import connect_as

pytestmark = pytest.mark.usefixtures("committed_db")

OWN_ROWS = {
    "identity_account": "id",
    "identity_session": "account_id",
    "identity_known_device": "account_id",
    "identity_risk_decision": "account_id",
    "identity_level_proof": "account_id",
    "identity_consent": "account_id",
    "notices_notice": "account_id",
}
NO_ACCESS = (
    "identity_login_handle", "identity_person_handle", "identity_person_likeness", "identity_verification_code",
    "identity_staff_grant", "notices_text_message", "notices_letter",
)  # fmt: skip


@pytest.fixture
def two_residents(committed_db):
    residents = make_resident(), make_resident()
    ask("13712345678")
    make_officer()
    for resident in residents:
        give_consent(resident.actor, "test.purpose", "我同意。", NOW)
        enter(resident.phone)
        with scope(resident.actor):
            send_notice(account_id=resident.account_id, template="identity.welcome", values={}, now=NOW)
    return residents


@pytest.fixture
def citizen_sql(two_residents):
    """A connection of the web's login that acts as the first resident."""
    mine, other = two_residents
    with connect_as("web") as web:
        web.execute(f"SET ROLE {role_name('citizen')}")
        web.execute("SELECT set_config('shimin.account', %s, false)", [str(mine.account_id)])
        web.execute("SELECT set_config('shimin.person', %s, false)", [str(mine.person_id)])
        yield web, mine, other


def refused(connection, statement, *values):
    """Tell whether the database refuses the statement for want of a privilege (or by a policy)."""
    try:
        connection.execute(statement, values)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_a_citizen_sees_own_rows_only(citizen_sql):
    web, mine, other = citizen_sql
    for table, owner in OWN_ROWS.items():
        seen = {row[0] for row in web.execute(f"SELECT {owner} FROM {table}").fetchall()}
        assert seen == {mine.account_id}, table
        assert web.execute(f"SELECT 1 FROM {table} WHERE {owner} = %s", [other.account_id]).fetchall() == [], table
    assert web.execute("SELECT id FROM identity_person").fetchall() == [(mine.person_id,)]


def test_a_citizen_may_neither_ask_for_keys_nor_rewrite_anything(citizen_sql):
    web, _, _ = citizen_sql
    statements = [
        *(f"SELECT * FROM {table}" for table in NO_ACCESS),
        "UPDATE identity_account SET level = 4",
        "UPDATE identity_session SET level = 4",
        "UPDATE identity_session SET account_id = 1",
        "UPDATE identity_session SET is_held = false",
        "UPDATE identity_known_device SET proved_at = now()",
        "UPDATE identity_risk_decision SET answer = 'mine'",
        "INSERT INTO identity_level_proof SELECT * FROM identity_level_proof",
        "DELETE FROM identity_consent",
        "UPDATE identity_consent SET text = ''",
    ]
    assert [statement for statement in statements if not refused(web, statement)] == []


def test_a_citizen_cannot_end_anothers_session_or_consent(citizen_sql):
    web, _, other = citizen_sql
    ended = web.execute("UPDATE identity_session SET ended_at = now() WHERE account_id = %s", [other.account_id])
    assert ended.rowcount == 0
    withdrawn = web.execute(
        "UPDATE identity_consent SET withdrawn_at = now() WHERE account_id = %s", [other.account_id]
    )
    assert withdrawn.rowcount == 0
    forged = (
        "INSERT INTO identity_consent (id, account_id, purpose_code, text, text_version, given_at)"
        " VALUES (1, %s, 'x', 'x', 'x', now())"
    )
    assert refused(web, forged, other.account_id)


def test_the_web_login_without_a_role_sees_nothing(two_residents):
    with connect_as("web") as web:
        tables = [*OWN_ROWS, *NO_ACCESS, "identity_person"]
        assert [table for table in tables if not refused(web, f"SELECT * FROM {table}")] == []


def test_the_web_login_opens_a_session_by_its_hash_only(two_residents):
    resident, _ = two_residents
    with connect_as("web") as web:
        open_session = "SELECT account_id FROM identity_open_session(sha256(%s::bytea), %s)"
        assert web.execute(open_session, [b"guess", NOW]).fetchall() == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT hash FROM identity_session WHERE id = %s", [resident.session_id])
            (hashed,) = cursor.fetchone()
        rows = web.execute("SELECT account_id FROM identity_open_session(%s, %s)", [bytes(hashed), NOW]).fetchall()
        assert rows == [(resident.account_id,)]


def test_staff_see_their_own_account_only(two_residents):
    with connect_as("web") as web:
        web.execute(f"SET ROLE {role_name('staff')}")
        web.execute("SELECT set_config('shimin.account', %s, false)", [str(two_residents[0].account_id + 1)])
        for table in ("identity_account", "identity_session", "identity_staff_grant", "identity_risk_decision"):
            assert web.execute(f"SELECT * FROM {table}").fetchall() == []
        assert refused(web, "SELECT * FROM identity_person")
