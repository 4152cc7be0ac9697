"""A new index key while people sign in, register and prove their names."""

import base64
import dataclasses
import secrets
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.models import LoginHandle, PersonHandle
from shimin.capabilities.identity.operations.codes import request_code, try_code
from shimin.capabilities.identity.operations.persons import PersonTaken
from shimin.capabilities.identity.operations.real_name import lift_account
from shimin.capabilities.identity.operations.registration import insert_account
from shimin.capabilities.identity.tests.apps import enter_desk
from shimin.capabilities.identity.tests.factories import CLIENT, HASHED, NOW, make_officer, make_phone, make_resident
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.capabilities.identity.tests.test_signing_in import enter
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.crypto.key_files import StoredKey, write_key
from shimin.kernel.crypto.ring import index_ring
from shimin.kernel.db import auth_scope
from shimin.kernel.values.papers import PaperKind, read_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings, tmp_path):
    """The keys folder with the key that the tests' rows are under."""
    path = tmp_path / "index_key"
    path.write_text(base64.b64encode(settings.SHIMIN.index_key).decode() + "\n")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, index_key_path=path, keys_dir=tmp_path, master_key=None)
    return index_ring()


def add(ring, key_id=1, *, suite="international"):
    stored = StoredKey(secrets.token_bytes(32), clock.now() - timedelta(seconds=1), suite)
    write_key(ring.file_of(key_id), stored, name=f"index_key.{key_id}", master=None)
    ring.keys(look=True)


def finish():
    told = StringIO()
    call_command("keys", "rotate-index", "--finish", stdout=told, stderr=told)
    return told.getvalue()


def test_people_are_found_before_and_after_they_are_moved(keys):
    resident = make_resident()
    add(keys)
    assert enter(resident.phone).actor.account_id == resident.account_id
    other = make_resident()  # written under the new key
    assert "1 handles moved" in finish()  # the resident's person; the phone moved with the sign-in
    assert enter(resident.phone).actor.account_id == resident.account_id
    assert enter(other.phone).actor.account_id == other.account_id
    assert set(LoginHandle.objects.values_list("key_id", flat=True)) == {1}
    assert set(PersonHandle.objects.values_list("key_id", flat=True)) == {1}
    assert bytes(LoginHandle.objects.get(account_id=resident.account_id).hash) == handles.phone_hash(resident.phone)


def test_other_algorithms_come_with_the_key(keys):
    resident = make_resident()
    add(keys, suite="sm")
    finish()
    assert enter(resident.phone).actor.account_id == resident.account_id


def test_one_phone_stays_one_account(keys):
    resident = make_resident()
    add(keys)
    with pytest.raises(IntegrityError), auth_scope(ANONYMOUS):
        insert_account(phone=resident.phone, hashed_password=HASHED, now=NOW)


def test_one_person_stays_one_account(keys):
    resident, other = make_resident(), make_resident(level=1)
    add(keys)
    with pytest.raises(PersonTaken), auth_scope(ANONYMOUS):
        lift_account(
            actor=ANONYMOUS, account_id=other.account_id, name=resident.name,
            paper=read_paper(PaperKind.ID_CARD, resident.id_number, today=NOW.date()), method="population+social_card",
            now=NOW,
        )  # fmt: skip


def test_a_code_sent_before_the_new_key_is_good_after(keys):
    phone = make_phone()
    request_code(actor=ANONYMOUS, phone=phone, purpose=CodePurpose.REGISTER, client=CLIENT, now=NOW)
    add(keys)
    assert try_code(
        actor=ANONYMOUS, phone=phone, purpose=CodePurpose.REGISTER, code=latest_code(), client=CLIENT, now=NOW
    ).code_id


def test_what_is_known_as_a_hash_only_moves_with_its_owner(keys):
    officer = make_officer()
    add(keys)
    assert "1 handles stay under older keys until their owners sign in" in finish()
    enter_desk("officer-1")
    assert LoginHandle.objects.get(account_id=officer.actor.account_id or 0).key_id == 1
    assert "stay under older keys" not in finish()


def test_a_finished_rotation_moves_nothing_and_the_next_makes_a_key(keys):
    make_resident()
    add(keys)
    finish()
    assert "0 handles moved to index key 1" in finish()
    call_command("keys", "rotate-index", "--ahead", "0", stdout=StringIO())
    assert sorted(path.name for path in keys.path.parent.glob("index_key.*")) == ["index_key.1", "index_key.2"]
    assert set(LoginHandle.objects.values_list("key_id", flat=True)) == {2}


def test_wrong_passwords_are_counted_across_the_change(keys):
    """A new key must not give guesses a fresh count."""
    from shimin.capabilities.identity.operations.limits import SignInThrottled
    from shimin.capabilities.identity.operations.signing_in import SignInRefused, sign_in

    resident = make_resident()
    for attempt in range(11):
        if attempt == 5:
            add(keys)
        with pytest.raises((SignInRefused, SignInThrottled)) as refused:
            sign_in(
                actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=resident.phone, password="guess",
                client=dataclasses.replace(CLIENT, address=f"10.0.0.{attempt}"), now=NOW,
            )  # fmt: skip
    assert isinstance(refused.value, SignInThrottled)


def retire(key_id):
    out = StringIO()
    call_command("keys", "retire-index", str(key_id), stdout=out)
    return out.getvalue()


def rotated(keys, *, days_ago=2):
    """Two rotations, the last one ``days_ago`` days ago."""
    for key_id in (1, 2):
        stored = StoredKey(bytes([key_id]) * 32, clock.now() - timedelta(days=days_ago * (3 - key_id)), "international")
        write_key(keys.file_of(key_id), stored, name=f"index_key.{key_id}", master=None)
    keys.keys(look=True)


def test_an_index_key_is_put_away_when_no_handle_is_under_it(keys):
    resident = make_resident()
    rotated(keys)
    finish()
    LoginHandle.objects.filter(account_id=resident.account_id).update(key_id=1)
    with pytest.raises(CommandError, match="identity_login_handle: 1 handles are under this key"):
        retire(1)
    assert keys.file_of(1).is_file()
    LoginHandle.objects.filter(account_id=resident.account_id).update(key_id=2)
    assert "index_key.1 is in" in retire(1)
    assert not keys.file_of(1).exists()
    assert [path.name[:11] for path in (keys.file_of(1).parent / "retired").iterdir()] == ["index_key.1"]
    assert 1 not in keys.keys(look=True)
    assert LoginHandle.objects.filter(hash__in=handles.phone_hashes(resident.phone)).count() == 1


@pytest.mark.parametrize("key_id", [0, 2, 3, 99])
def test_the_first_the_writing_and_an_unknown_index_key_stay(keys, key_id):
    rotated(keys)
    with pytest.raises(CommandError):
        retire(key_id)
    assert {1, 2} <= set(keys.keys(look=True))


def test_an_index_key_is_not_put_away_within_a_day(keys):
    rotated(keys, days_ago=0.2)
    with pytest.raises(CommandError, match="Wait a day"):
        retire(1)
