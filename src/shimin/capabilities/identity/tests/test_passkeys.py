from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.models import Account, Passkey
from shimin.capabilities.identity.operations.factors.enrolling import SecondFactorNeedsPassword
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.passkeys import enrolling
from shimin.capabilities.identity.operations.passkeys.ceremonies import CeremonyExpired, PasskeyRejected, RelyingParty
from shimin.capabilities.identity.operations.passkeys.entering import (
    begin_confirming,
    begin_signing_in,
    confirm_with_passkey,
    sign_in_with_passkey,
)
from shimin.capabilities.identity.queries.factors import get_sign_in_ways
from shimin.capabilities.identity.tests.authenticator import Authenticator
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import ANONYMOUS, AssuranceLevel
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

pytestmark = pytest.mark.django_db

PARTY = RelyingParty("city.example", "https://city.example")


def add_key(resident, device=None, *, party=PARTY, origin=None, label="我的手机", password=PASSWORD, now=NOW):
    device = device or Authenticator()
    ceremony = enrolling.begin_enrolling(actor=resident.actor, party=party, name="139****", now=NOW)
    answer = device.make(ceremony.options, origin or party.origin)
    enrolling.add_passkey(
        actor=resident.actor, party=party, ticket=ceremony.ticket, answer=answer, label=label, password=password,
        now=now,
    )  # fmt: skip
    return device


def enter(device, *, party=PARTY, origin=None, now=NOW, ceremony=None):
    ceremony = ceremony or begin_signing_in(party=party, now=NOW)
    answer = device.use(ceremony.options, origin or party.origin)
    return sign_in_with_passkey(
        actor=ANONYMOUS, party=party, ticket=ceremony.ticket, answer=answer, client=CLIENT, now=now
    )


def confirming(actor, now=NOW):
    ceremony = begin_confirming(actor=actor, party=PARTY, now=now)
    assert ceremony is not None
    return ceremony


def test_a_passkey_opens_the_account_at_its_level():
    resident = make_resident()
    device = add_key(resident)
    opened = enter(device, now=NOW + timedelta(minutes=1))
    actor = actor_of(opened.token)
    assert actor.account_id == resident.account_id
    assert actor.level is AssuranceLevel.REAL_NAME
    (view,) = get_sign_in_ways(resident.actor).passkeys
    assert (view.label, view.is_synced, view.last_used_at) == ("我的手机", False, NOW + timedelta(minutes=1))


def test_a_synced_key_that_keeps_no_count_opens_it_again_and_again():
    resident = make_resident()
    device = add_key(resident, Authenticator(counts=False, is_synced=True))
    for _ in range(3):
        assert enter(device).actor.account_id == resident.account_id
    assert get_sign_in_ways(resident.actor).passkeys[0].is_synced


def test_a_recorded_answer_is_worthless():
    device = add_key(make_resident(), Authenticator(counts=False))
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    enter(device, ceremony=ceremony)
    with pytest.raises(CeremonyExpired):
        enter(device, ceremony=ceremony)


def test_a_copy_of_the_device_is_noticed():
    device = add_key(make_resident())
    enter(device)
    enter(device)
    device.count = 0
    with pytest.raises(PasskeyRejected):
        enter(device)


@pytest.mark.parametrize(
    ("device", "origin"),
    [
        (Authenticator(), "https://city.example.evil.example"),
        (Authenticator(), "http://city.example"),
        (Authenticator(verifies=False), None),
    ],
    ids=["another site", "without encryption", "a touch alone"],
)
def test_refuses_what_was_not_asked_for(device, origin):
    with pytest.raises(PasskeyRejected):
        add_key(make_resident(), device, origin=origin)
    assert not Passkey.objects.exists()
    device.verifies = True
    add_key(make_resident(), device)
    device.verifies = origin is not None
    with pytest.raises(PasskeyRejected):
        enter(device, origin=origin)


def test_another_sites_key_is_none_of_ours():
    device = add_key(make_resident())
    elsewhere = RelyingParty("other.example", "https://other.example")
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    answer = device.use(begin_signing_in(party=elsewhere, now=NOW).options, elsewhere.origin)
    with pytest.raises(PasskeyRejected):
        sign_in_with_passkey(
            actor=ANONYMOUS, party=PARTY, ticket=ceremony.ticket, answer=answer, client=CLIENT, now=NOW
        )


def test_a_stranger_with_the_key_s_id_needs_the_key():
    device = add_key(make_resident())
    with pytest.raises(PasskeyRejected):
        enter(Authenticator(credential_id=device.credential_id, count=9))


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", "null", '{"rawId": 1}', '{"rawId": "!"}', '{"rawId": "' + "A" * 30_000 + '"}', "1e999"],
)
def test_nonsense_is_refused_and_counted(answer):
    add_key(make_resident())
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    with pytest.raises(PasskeyRejected):
        sign_in_with_passkey(
            actor=ANONYMOUS, party=PARTY, ticket=ceremony.ticket, answer=answer, client=CLIENT, now=NOW
        )


def test_an_answer_with_parts_missing_is_refused():
    device = add_key(make_resident())
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    whole = json.loads(device.use(ceremony.options, PARTY.origin))
    for name in ("authenticatorData", "clientDataJSON", "signature"):
        for value in (None, 1, "", "AAAA"):
            broken = {**whole, "response": {**whole["response"], name: value}}
            with pytest.raises(PasskeyRejected):
                sign_in_with_passkey(
                    actor=ANONYMOUS, party=PARTY, ticket=ceremony.ticket, answer=json.dumps(broken), client=CLIENT,
                    now=NOW,
                )  # fmt: skip


def test_tickets_are_for_one_purpose_session_and_half_hour():
    mine, other = make_resident(), make_resident()
    device = add_key(mine)
    ceremony = begin_signing_in(party=PARTY, now=NOW)
    with pytest.raises(CeremonyExpired):
        enter(device, ceremony=ceremony, now=NOW + timedelta(minutes=31))
    with pytest.raises(CeremonyExpired):
        enter(device, ceremony=confirming(mine.actor))
    offered = enrolling.begin_enrolling(actor=mine.actor, party=PARTY, name="1", now=NOW)
    with pytest.raises(CeremonyExpired):
        enrolling.add_passkey(
            actor=other.actor, party=PARTY, ticket=offered.ticket, label="", password=PASSWORD, now=NOW,
            answer=Authenticator().make(offered.options, PARTY.origin),
        )  # fmt: skip


def test_a_stranger_at_an_open_phone_cannot_add_theirs():
    with pytest.raises(SecondFactorNeedsPassword):
        add_key(make_resident(), password="guess")


def test_one_key_is_added_once_and_ten_at_most():
    resident, device = make_resident(), Authenticator()
    add_key(resident, device)
    with pytest.raises(enrolling.PasskeyKnown):
        add_key(resident, device)
    with pytest.raises(enrolling.PasskeyKnown):
        add_key(make_resident(), device)
    for _ in range(enrolling.MOST_PASSKEYS - 1):
        add_key(resident)
    with pytest.raises(enrolling.TooManyPasskeys):
        add_key(resident)


def test_removing_it_closes_the_door():
    mine, other = make_resident(), make_resident()
    device = add_key(mine, label="  旧\u202e手机\n ")
    (view,) = get_sign_in_ways(mine.actor).passkeys
    assert view.label == "旧手机"
    with pytest.raises(NotFound):
        enrolling.remove_passkey(actor=other.actor, passkey_id=view.passkey_id, password=PASSWORD, now=NOW)
    enrolling.remove_passkey(actor=mine.actor, passkey_id=view.passkey_id, password=PASSWORD, now=NOW)
    with pytest.raises(PasskeyRejected):
        enter(device)
    changes = [event["change"] for event in emitted("identity.second_factor_changed")]
    assert changes == ["passkey_added", "passkey_removed"]


def test_confirms_instead_of_the_password():
    resident = make_resident()
    device = add_key(resident)
    later = NOW + timedelta(hours=13)
    assert actor_of(resident.session.token, now=later).level is AssuranceLevel.PHONE
    ceremony = confirming(resident.actor, later)
    answer = device.use(ceremony.options, PARTY.origin)
    opened = confirm_with_passkey(actor=resident.actor, party=PARTY, ticket=ceremony.ticket, answer=answer, now=later)
    assert actor_of(opened.token, now=later).level is AssuranceLevel.REAL_NAME


def test_somebody_else_s_key_confirms_nothing():
    mine, other = make_resident(), make_resident()
    add_key(mine)
    theirs = add_key(other)
    ceremony = confirming(mine.actor)
    with pytest.raises(PasskeyRejected):
        confirm_with_passkey(
            actor=mine.actor, party=PARTY, ticket=ceremony.ticket, answer=theirs.use(ceremony.options, PARTY.origin),
            now=NOW,
        )  # fmt: skip


def test_a_key_proves_no_name():
    resident = make_resident(level=AssuranceLevel.PHONE)
    device = add_key(resident)
    ceremony = confirming(resident.actor)
    opened = confirm_with_passkey(
        actor=resident.actor, party=PARTY, ticket=ceremony.ticket, answer=device.use(ceremony.options, PARTY.origin),
        now=NOW,
    )  # fmt: skip
    assert opened.actor.level is AssuranceLevel.PHONE


def test_a_closed_account_stays_closed():
    resident = make_resident()
    device = add_key(resident)
    Account.objects.filter(id=resident.account_id).update(status="closed")
    with pytest.raises(PasskeyRejected):
        enter(device)


def test_guesses_from_one_address_end():
    for _ in range(100):
        with pytest.raises(PasskeyRejected):
            enter(Authenticator())
    with pytest.raises(SignInThrottled):
        enter(Authenticator())


def test_the_citizen_role_sees_names_and_no_keys():
    resident = make_resident()
    add_key(resident)
    with scope(resident.actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('identity_passkey', 'label', 'SELECT'),"
            " has_column_privilege('identity_passkey', 'credential_id', 'SELECT'),"
            " has_column_privilege('identity_passkey', 'public_key', 'SELECT'),"
            " has_table_privilege('identity_passkey', 'INSERT')"
        )
        assert cursor.fetchone() == (True, False, False, False)


def test_a_program_lists_and_removes_them(browser):
    resident = make_resident()
    add_key(resident)
    bearer = {"Authorization": f"Bearer {resident.session.token}"}
    (key,) = browser.get("/api/v1/me/sign-in-ways", headers=bearer).json()["passkeys"]
    path = f"/api/v1/me/passkeys/{key['passkey_id']}/removal"
    sent = {"content_type": "application/json", "headers": bearer}
    assert browser.post(path, {"password": "guess"}, **sent).status_code == 422
    assert browser.post(path, {"password": PASSWORD}, **sent).status_code == 204
    assert browser.post(path, {"password": PASSWORD}, **sent).status_code == 404
