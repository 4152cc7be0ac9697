"""The password changed by somebody who knows the present one; lists of passwords that nobody may choose."""

import hashlib

import pytest

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.models import Account, Session
from shimin.capabilities.identity.operations.change_password import PresentPasswordWrong, change_password
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.sessions import sign_out
from shimin.capabilities.identity.tests.factories import NOW, PASSWORD, actor_of, make_resident
from shimin.capabilities.identity.tests.outbox import emitted, refusals
from shimin.kernel.errors import ProofRequired, SignInRequired

pytestmark = pytest.mark.django_db
NEW = "Yuelushan-2026"


def change(resident, present=PASSWORD, password=NEW):
    change_password(actor=resident.actor, present=present, password=password, now=NOW)


def test_keeps_level_and_session_and_ends_the_others():
    from shimin.capabilities.identity.operations.opening import open_session
    from shimin.capabilities.identity.tests.factories import CLIENT
    from shimin.kernel.actor import ANONYMOUS
    from shimin.kernel.db import auth_scope

    resident = make_resident()
    account = Account.objects.get(id=resident.account_id)
    with auth_scope(ANONYMOUS):
        other = open_session(account=account, client=CLIENT, before=ANONYMOUS, now=NOW, is_first=True)
    change(resident)
    assert actor_of(resident.token).level == 2
    with pytest.raises(AssertionError, match="ended"):
        actor_of(other.token)
    assert Session.objects.get(id=other.actor.session_id or 0).end_reason == "password_changed"
    account.refresh_from_db()
    assert passwords.verify_password(account.password, NEW)
    assert [event["keeps_level"] for event in emitted("identity.password_changed")] == [True]


def test_asks_for_the_present_one_and_counts_wrong_ones():
    resident = make_resident()
    with pytest.raises(PresentPasswordWrong) as refused:
        change(resident, "guess")
    assert "present" in refused.value.fields
    assert refusals() == ["identity.present_password_wrong"]
    refused_as = set()
    for _ in range(30):
        with pytest.raises((PresentPasswordWrong, SignInThrottled)) as again:
            change(resident, "guess")
        refused_as.add(again.type)
    assert SignInThrottled in refused_as


@pytest.mark.parametrize("password", ["short", "password123", PASSWORD])
def test_refuses_a_new_one_that_is_no_good(password):
    with pytest.raises(passwords.WeakPassword) as refused:
        change(make_resident(), password=password)
    assert "password" in refused.value.fields


def test_a_held_or_ended_session_changes_nothing():
    resident = make_resident()
    Session.objects.filter(id=resident.session_id).update(is_held=True)
    with pytest.raises(ProofRequired):
        change(resident)
    Session.objects.filter(id=resident.session_id).update(is_held=False)
    sign_out(actor=resident.actor, now=NOW)
    change_or_refuse(resident)
    assert not passwords.verify_password(Account.objects.get(id=resident.account_id).password, NEW)


def change_or_refuse(resident):
    with pytest.raises(SignInRequired):
        change(resident)


def test_the_page_and_the_api_do_the_same(browser):
    resident = make_resident()
    browser.cookies["shimin_session"] = resident.token
    page = browser.get("/me/security/password").content.decode()
    assert "ui/password.js" in page
    wrong = browser.post("/me/security/password", {"present": "guess", "password": NEW})
    assert wrong.status_code == 422
    assert NEW not in wrong.content.decode()
    assert browser.post("/me/security/password", {"present": PASSWORD, "password": NEW}).status_code == 303
    answer = browser.put(
        "/api/v1/me/password", {"present": NEW, "password": PASSWORD}, content_type="application/json",
        headers={"Authorization": f"Bearer {resident.token}"},
    )  # fmt: skip
    assert answer.status_code == 204
    assert passwords.verify_password(Account.objects.get(id=resident.account_id).password, PASSWORD)


@pytest.mark.parametrize("password", ["trustno1", "Sunshine1", "iloveyou", "QWERTYUIOP"])
def test_the_most_used_ones_of_public_breaches_are_refused(password):
    with pytest.raises(passwords.WeakPassword):
        passwords.check_new_password(password)


@pytest.fixture
def listed(tmp_path):
    """A list of a thousand breached passwords in the form of Have I Been Pwned."""
    lines = sorted(hashlib.sha1(f"breached-{number}".encode()).hexdigest().upper() for number in range(1_000))
    path = tmp_path / "breached"
    path.write_text("\r\n".join(f"{line}:{number}" for number, line in enumerate(lines)))
    return path


def test_finds_every_line_of_a_list_and_no_other(listed):
    assert all(passwords.is_breached(f"breached-{number}", listed) for number in range(1_000))
    assert not any(passwords.is_breached(f"not-breached-{number}", listed) for number in range(1_000))


def test_an_empty_or_short_list_is_no_trouble(tmp_path):
    path = tmp_path / "list"
    for text in ("", "\n", "xyz", hashlib.sha1(b"alone").hexdigest().upper()):
        path.write_text(text)
        assert passwords.is_breached("alone", path) is (len(text) == 40)


def test_a_breached_one_is_refused_where_the_city_has_a_list(listed, settings):
    import dataclasses

    passwords.check_new_password("breached-123")
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, breached_passwords=listed)
    with pytest.raises(passwords.WeakPassword, match="不够安全"):
        passwords.check_new_password("breached-123")
    passwords.check_new_password("not-breached-1")
