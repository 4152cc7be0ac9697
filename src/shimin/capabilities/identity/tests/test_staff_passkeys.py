"""Staff sign in with a passkey after the password; two administrators take lost ways away."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.domain.officers import Change
from shimin.capabilities.identity.models import (
    Account,
    CodeGenerator,
    Passkey,
    RecoveryCode,
    Session,
    StaffChange,
)
from shimin.capabilities.identity.operations.factors.codes import store_generator
from shimin.capabilities.identity.operations.factors.enrolling import new_secret
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired, TicketExpired
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.officers.granting import NoSuchOfficer, OwnChange, decide_change
from shimin.capabilities.identity.operations.officers.resetting import ask_reset
from shimin.capabilities.identity.operations.passkeys.ceremonies import (
    CeremonyExpired,
    PasskeyRejected,
    RelyingParty,
)
from shimin.capabilities.identity.operations.passkeys.enrolling import add_passkey, begin_enrolling
from shimin.capabilities.identity.operations.passkeys.entering import begin_signing_in, sign_in_with_passkey
from shimin.capabilities.identity.operations.passkeys.second import begin_second, finish_with_passkey
from shimin.capabilities.identity.operations.signing_in import sign_in
from shimin.capabilities.identity.queries.officers import list_held_roles
from shimin.capabilities.identity.tests.authenticator import Authenticator
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_officer
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import Forbidden, InvalidInput

pytestmark = pytest.mark.django_db
CITY, OTHER = "430100", "430200"
PARTY = RelyingParty("localhost", "http://localhost")


def make(login="li", region=CITY, role="identity.counter"):
    """Open a staff account with an app for codes; return its session."""
    session = make_officer(role, login=login, region_code=region)
    with auth_scope(ANONYMOUS):
        account = Account.objects.get(id=session.actor.account_id or 0)
        store_generator(account, new_secret(), 0, NOW)
    return session


def enrol(session, device):
    actor = actor_of(session.token)
    ceremony = begin_enrolling(actor=actor, party=PARTY, name="王警官", now=NOW)
    answer = device.make(ceremony.options, PARTY.origin)
    add_passkey(
        actor=actor, party=PARTY, ticket=ceremony.ticket, answer=answer, label="钥匙", password=PASSWORD, now=NOW
    )  # fmt: skip


def password(login="li"):
    with pytest.raises(SecondFactorRequired) as asked:
        sign_in(
            actor=ANONYMOUS, kind=AccountKind.STAFF, name=login, password=PASSWORD, client=CLIENT, now=NOW
        )  # fmt: skip
    return asked.value.ticket


def begin(ticket):
    ceremony = begin_second(actor=ANONYMOUS, password_ticket=ticket, party=PARTY, now=NOW)
    assert ceremony is not None
    return ceremony


def finish(ticket, ceremony, answer):
    return finish_with_passkey(
        actor=ANONYMOUS, password_ticket=ticket, party=PARTY, ticket=ceremony.ticket, answer=answer, client=CLIENT,
        now=NOW,
    )  # fmt: skip


@pytest.fixture
def device():
    return Authenticator()


def test_opens_the_desk_after_the_password(device):
    enrol(make(), device)
    ticket = password()
    ceremony = begin(ticket)
    opened = finish(ticket, ceremony, device.use(ceremony.options, PARTY.origin))
    assert actor_of(opened.token).has_role("identity.counter")
    assert Session.objects.get(id=opened.actor.session_id or 0).method == "password+passkey"


def test_an_answer_is_good_once(device):
    enrol(make(), device)
    ticket = password()
    ceremony = begin(ticket)
    answer = device.use(ceremony.options, PARTY.origin)
    finish(ticket, ceremony, answer)
    with pytest.raises((CeremonyExpired, PasskeyRejected)):  # its count has gone by, too
        finish(ticket, ceremony, answer)
    assert Session.objects.filter(method="password+passkey").count() == 1


def test_nothing_is_offered_without_a_key_or_without_the_password(device):
    make()
    assert begin_second(actor=ANONYMOUS, password_ticket=password(), party=PARTY, now=NOW) is None
    with pytest.raises(TicketExpired):
        begin_second(actor=ANONYMOUS, password_ticket="no ticket", party=PARTY, now=NOW)


def test_a_colleagues_key_opens_nothing(device):
    theirs = Authenticator()
    enrol(make("li"), device)
    enrol(make("zhang"), theirs)
    mine, other = password("li"), password("zhang")
    ceremony, for_other = begin(mine), begin(other)
    with pytest.raises(PasskeyRejected):
        finish(mine, ceremony, theirs.use(ceremony.options, PARTY.origin))
    with pytest.raises(CeremonyExpired):  # a challenge of another account
        finish(mine, for_other, device.use(for_other.options, PARTY.origin))


@pytest.mark.parametrize("answer", ["", "{}", "[]", "x" * 30_000, '{"rawId": 7}', '{"rawId": "AAAA"}'])
def test_refuses_what_no_browser_sends(device, answer):
    enrol(make(), device)
    ticket = password()
    with pytest.raises(PasskeyRejected):
        finish(ticket, begin(ticket), answer)


def test_wrong_answers_are_counted(device):
    enrol(make(), device)
    ticket = password()
    seen = set()
    for _ in range(12):
        with pytest.raises((PasskeyRejected, SignInThrottled)) as refused:
            finish(ticket, begin(ticket), "{}")
        seen.add(refused.type)
    assert SignInThrottled in seen


def test_a_key_of_the_desk_opens_no_citizens_door_and_skips_no_password(device):
    enrol(make(), device)
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    with pytest.raises(PasskeyRejected):
        sign_in_with_passkey(
            actor=ANONYMOUS, party=PARTY, ticket=ceremony.ticket, answer=device.use(ceremony.options, PARTY.origin),
            client=CLIENT, now=NOW,
        )  # fmt: skip
    with pytest.raises(TicketExpired):
        finish("", ceremony, device.use(ceremony.options, PARTY.origin))


def test_a_changed_password_makes_the_ticket_worthless(device):
    enrol(make(), device)
    ticket = password()
    ceremony = begin(ticket)
    account = Account.objects.get(staff_name="王警官")
    account.password_changed_at = NOW.replace(hour=3)
    account.save(update_fields=["password_changed_at"])
    with pytest.raises(TicketExpired):
        finish(ticket, ceremony, device.use(ceremony.options, PARTY.origin))


def test_pages_add_use_list_and_remove(browser, at):
    session = make()
    browser.cookies["shimin_desk"] = session.token
    page = browser.get("/desk/security").content.decode()
    assert "没有添加" in page
    page = browser.get("/desk/security/passkeys/add").content.decode()
    from html import unescape

    options = unescape(re.search('data-options="([^"]+)"', page).group(1))  # type: ignore[union-attr]
    ticket = re.search('name="ticket" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    device = Authenticator()
    form = {
        "label": "安全钥匙", "password": PASSWORD, "ticket": ticket, "answer": device.make(options, "http://testserver"),
    }  # fmt: skip
    assert browser.post("/desk/security/passkeys/add", form).status_code == 303
    assert "安全钥匙" in browser.get("/desk/security").content.decode()
    browser.cookies.clear()
    led = browser.post("/desk/sign-in", {"login": "li", "password": PASSWORD})
    assert led["Location"].startswith("/desk/second")
    page = browser.get("/desk/second").content.decode()
    options = unescape(re.search('data-options="([^"]+)"', page).group(1))  # type: ignore[union-attr]
    ticket = re.search('name="ticket" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    wrong = browser.post("/desk/second/passkey", {"ticket": ticket, "answer": "{}"})
    assert wrong.status_code == 422
    assert "没有认出这把通行密钥" in wrong.content.decode()
    answer = device.use(options, "http://testserver")
    assert browser.post("/desk/second/passkey", {"ticket": ticket, "answer": answer})["Location"] == "/desk/"
    key = Passkey.objects.get()
    address = f"/desk/security/passkeys/{key.id}/remove"
    assert browser.post(address, {"password": "guess"}).status_code == 422
    assert browser.post(address, {"password": PASSWORD}).status_code == 303
    assert not Passkey.objects.exists()
    assert browser.get(address).status_code == 404


def test_the_desk_changes_a_password_too(browser, at):
    browser.cookies["shimin_desk"] = make().token
    form = {"present": PASSWORD, "password": "Yuelushan-2026"}
    assert browser.post("/desk/security/password", form).status_code == 303
    assert browser.get("/desk/security").status_code == 200


def test_a_citizen_and_a_guest_see_nothing_of_it(browser, at):
    from shimin.capabilities.identity.tests.factories import make_resident

    assert "sign-in" in browser.get("/desk/security")["Location"]
    browser.cookies["shimin_session"] = make_resident().token
    assert browser.get("/desk/security").status_code in (302, 303, 404)
    assert browser.post("/desk/second/passkey", {"ticket": "", "answer": "{}"})["Location"].startswith("/desk/sign-in")


# Two administrators.


@pytest.fixture
def admins():
    return tuple(
        actor_of(make_officer(f"identity.{each}_admin", login=each, region_code=CITY).token)
        for each in ("system", "security", "audit")
    )


def test_administrators_see_who_has_which(admins, device):
    enrol(make(), device)
    row = next(row for row in list_held_roles(admins[1], NOW) if row.role == "identity.counter")
    assert (row.has_app, row.passkeys) == (True, 1)
    other = next(row for row in list_held_roles(admins[1], NOW) if row.role == "identity.audit_admin")
    assert (other.has_app, other.passkeys) == (False, 0)


def test_two_administrators_take_lost_ways_away(admins, device):
    system, security, _ = admins
    session = make()
    enrol(session, device)
    change_id = ask_reset(actor=system, login="li", reason="手机丢了，当面来说的", now=NOW)
    assert Passkey.objects.exists()
    with pytest.raises(Forbidden):
        decide_change(actor=system, change_id=change_id, agrees=True, now=NOW)
    decide_change(actor=security, change_id=change_id, agrees=True, now=NOW)
    mine = {"account_id": session.actor.account_id}
    assert [model.objects.filter(**mine).count() for model in (Passkey, CodeGenerator, RecoveryCode)] == [0, 0, 0]
    assert Session.objects.filter(ended_at=None, **mine).count() == 0
    assert emitted("identity.second_factor_changed")[-1]["change"] == "reset"
    with pytest.raises(SecondFactorRequired) as asked:
        sign_in(actor=ANONYMOUS, kind=AccountKind.STAFF, name="li", password=PASSWORD, client=CLIENT, now=NOW)
    assert asked.value.must_enrol


def test_who_may_not_ask_or_agree(admins):
    system, security, _ = admins
    session = make()
    make("far", OTHER)
    for actor, login, error in (
        (security, "li", Forbidden), (system, "system", OwnChange), (system, "nobody", NoSuchOfficer),
        (system, "far", Forbidden), (actor_of(session.token), "system", Forbidden),
    ):  # fmt: skip
        with pytest.raises(error):
            ask_reset(actor=actor, login=login, reason="手机丢了，当面来说的", now=NOW)
    with pytest.raises(InvalidInput):
        ask_reset(actor=system, login="li", reason="丢", now=NOW)
    about_security = ask_reset(actor=system, login="security", reason="手机丢了，当面来说的", now=NOW)
    with pytest.raises(OwnChange):
        decide_change(actor=security, change_id=about_security, agrees=True, now=NOW)


def test_the_database_keeps_two_people(admins):
    system, _, _ = admins
    change_id = ask_reset(actor=system, login="security", reason="手机丢了，当面来说的", now=NOW)
    row = StaffChange.objects.get(id=change_id)
    assert row.change == Change.RESET_FACTORS
    for changes in ({"state": "done"}, {"decided_by_id": row.asked_by_id}, {"asked_by_id": row.account_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffChange.objects.filter(id=change_id).update(**changes)


def test_an_officer_sees_their_own_ways_and_no_colleagues(device):
    mine, other = make("li"), make("zhang")
    enrol(other, device)
    with scope(actor_of(mine.token)):
        assert list(Passkey.objects.values_list("id", flat=True)) == []
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT public_key FROM identity_passkey")
