from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest
from argon2 import extract_parameters
from django.db import connection

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account, KnownDevice, Session
from shimin.capabilities.identity.operations.factors.second_step import enrol_and_sign_in
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired, open_ticket
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.signing_in import PasswordWrong, SignInRefused, confirm_password, sign_in
from shimin.capabilities.identity.tests.apps import App
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    HASHED,
    NOW,
    PASSWORD,
    actor_of,
    make_officer,
    make_phone,
    make_resident,
)
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import ANONYMOUS, ActorKind, AssuranceLevel
from shimin.kernel.errors import LevelRequired
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def enter(name, password=PASSWORD, *, kind=AccountKind.CITIZEN, client=CLIENT, before=ANONYMOUS, now=NOW):
    return sign_in(actor=before, kind=kind, name=name, password=password, client=client, now=now)


def test_opens_a_session_at_the_proved_level():
    resident = make_resident(level=2)
    owner = replace(CLIENT, device_token=resident.session.device_token)
    actor = actor_of(enter(resident.phone, client=owner).token)
    assert (actor.kind, actor.account_id, actor.person_id) == (
        ActorKind.CITIZEN,
        resident.account_id,
        resident.person_id,
    )
    assert actor.level is AssuranceLevel.REAL_NAME


def test_says_the_same_for_a_wrong_password_and_an_unknown_phone():
    resident = make_resident()
    seen = []
    for name in (resident.phone, make_phone()):
        with pytest.raises(SignInRefused) as refused:
            enter(name, "not the password")
        seen.append((refused.value.message, refused.value.mend, refused.value.fields))
    assert seen[0] == seen[1]


def test_an_unknown_phone_costs_the_same_hash_as_a_wrong_password(monkeypatch):
    hasher = Mock(verify=Mock(return_value=True))
    monkeypatch.setattr(passwords, "_hasher", hasher)
    with pytest.raises(SignInRefused):
        enter(make_phone())
    assert [call.args[0] for call in hasher.verify.call_args_list] == [passwords.DUMMY]
    assert extract_parameters(passwords.DUMMY) == extract_parameters(HASHED)


def test_strangers_cannot_lock_the_owner_out():
    resident = make_resident()
    owner = replace(CLIENT, device_token=resident.session.device_token)
    for attempt in range(11):
        with pytest.raises((SignInRefused, SignInThrottled)):
            enter(resident.phone, "guess", client=replace(CLIENT, address=f"10.0.0.{attempt}"))
    with pytest.raises(SignInThrottled) as limit:
        enter(resident.phone, PASSWORD, client=replace(CLIENT, address="10.0.1.1"))
    assert limit.value.retry_after_seconds
    assert enter(resident.phone, PASSWORD, client=owner).token


def test_a_made_up_device_is_a_stranger():
    resident = make_resident()
    for attempt in range(10):
        with pytest.raises(SignInRefused):
            enter(resident.phone, "guess", client=replace(CLIENT, device_token="A" * 43, address=f"10.0.0.{attempt}"))
    with pytest.raises(SignInThrottled):
        enter(resident.phone, "guess", client=replace(CLIENT, device_token="B" * 42 + "A"))


def test_limits_come_before_the_hash(monkeypatch):
    phone = make_phone()
    for _ in range(10):
        with pytest.raises(SignInRefused):
            enter(phone, "guess")
    monkeypatch.setattr(passwords, "verify_password", lambda *_: pytest.fail("hashed although throttled"))
    with pytest.raises(SignInThrottled):
        enter(phone, "guess")


def test_an_address_has_a_limit_of_its_own(monkeypatch):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: False)
    for _ in range(100):
        with pytest.raises(SignInRefused):
            enter(make_phone(), "guess")
    with pytest.raises(SignInThrottled):
        enter(make_phone(), "guess")


def test_a_full_house_is_refused_in_plain_words(monkeypatch):
    monkeypatch.setattr(passwords, "_WAIT_SECONDS", 0)
    taken = [passwords._slots.acquire(timeout=1) for _ in range(4)]
    try:
        with pytest.raises(passwords.TooManySignIns):
            enter(make_phone())
    finally:
        for _ in taken:
            passwords._slots.release()


def test_tells_of_a_device_the_account_did_not_know():
    resident = make_resident()
    known = enter(resident.phone, client=replace(CLIENT, device_token=resident.session.device_token))
    stranger = enter(resident.phone)
    flags = {event["session_id"]: event["is_new_device"] for event in emitted("identity.signed_in")}
    assert flags == {resident.session_id: False, known.actor.session_id: False, stranger.actor.session_id: True}
    assert KnownDevice.objects.filter(account_id=resident.account_id).count() == 2


def test_signing_in_again_ends_the_session_the_browser_had():
    resident = make_resident()
    again = enter(resident.phone, before=resident.actor)
    assert again.token != resident.token
    assert Session.objects.get(id=resident.session_id).end_reason == "replaced"
    assert actor_of(again.token)


def test_a_closed_account_is_as_good_as_none():
    resident = make_resident()
    Account.objects.filter(id=resident.account_id).update(status="closed")
    with pytest.raises(SignInRefused):
        enter(resident.phone)


def test_staff_and_citizens_are_found_by_different_names():
    resident, _ = make_resident(), make_officer(login="wang.min")
    with pytest.raises(SignInRefused):
        enter(resident.phone, kind=AccountKind.STAFF)
    with pytest.raises(SecondFactorRequired) as needed:
        enter(" Wang.Min ", kind=AccountKind.STAFF)
    app = App(open_ticket(needed.value.ticket, AccountKind.STAFF, NOW).secret)
    opened, _ = enrol_and_sign_in(actor=ANONYMOUS, ticket=needed.value.ticket, code=app.code(), client=CLIENT, now=NOW)
    assert actor_of(opened.token).kind is ActorKind.STAFF
    assert opened.expires_at == NOW + timedelta(hours=12)


def test_keeps_neither_token_nor_password_nor_address():
    resident = make_resident()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_session")
        text = repr(cursor.fetchall())
    assert resident.token not in text
    assert "127.0.*.*" in text
    assert "127.0.0.1" not in text
    assert PASSWORD not in Account.objects.get(id=resident.account_id).password


def test_refusals_are_audited_without_personal_data():
    resident = make_resident()
    with pytest.raises(SignInRefused):
        enter(resident.phone, "guess")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_audit WHERE outcome = 'refused'")
        (row,) = cursor.fetchall()
    assert "identity.sign_in_refused" in repr(row)
    assert resident.phone not in repr(row)


def test_costs_a_fixed_number_of_statements():
    resident = make_resident()
    with count_statements() as seen:
        enter(resident.phone, client=replace(CLIENT, device_token=resident.session.device_token))
    assert seen.count <= 10, seen.statements  # limits, look-up, given back, lock, device, risk, session, audit, event


def test_the_password_lifts_a_session_again_under_a_new_token():
    resident = make_resident(level=2)
    later = NOW + timedelta(hours=13)
    low = actor_of(resident.token, now=later)
    assert low.level is AssuranceLevel.PHONE
    with pytest.raises(PasswordWrong):
        confirm_password(actor=low, password="guess", now=later)
    raised = confirm_password(actor=low, password=PASSWORD, now=later)
    assert actor_of(raised.token, now=later).level is AssuranceLevel.REAL_NAME
    with pytest.raises(AssertionError, match="ended"):
        actor_of(resident.token, now=later)


def test_the_password_lifts_no_account_without_a_proved_name():
    resident = make_resident(level=1)
    with pytest.raises(LevelRequired):
        confirm_password(actor=resident.actor, password=PASSWORD, now=NOW)


def test_only_failures_count():
    resident = make_resident()
    for _ in range(15):
        assert enter(resident.phone).token
    for _ in range(9):
        with pytest.raises(SignInRefused):
            enter(resident.phone, "guess")
    assert enter(resident.phone).token
