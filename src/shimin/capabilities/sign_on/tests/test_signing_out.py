"""Signing out: at a system's wish, and telling every system of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from shimin.capabilities.identity.operations.sessions import sign_out
from shimin.capabilities.identity.public import SessionEnded, withdraw_consent
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.sign_on.models import Authorisation, Client, LogoutNotice
from shimin.capabilities.sign_on.ports import Told, set_logout_messenger
from shimin.capabilities.sign_on.public import end_of_consent, end_of_session, tell_sign_outs
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty

pytestmark = pytest.mark.django_db
HOME, LISTENS = "https://fund.example.gov.cn/", "https://fund.example.gov.cn/backchannel"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Messenger:
    """Systems in memory: what each was told, and what it answers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.answer = Told.DONE

    def tell(self, url: str, logout_token: str) -> Told:
        self.told.append((url, logout_token))
        return self.answer


@pytest.fixture
def messenger():
    fake = Messenger()
    set_logout_messenger(fake)
    yield fake
    set_logout_messenger(None)


@pytest.fixture
def party(browser) -> RelyingParty:
    client, secret = make_client()
    Client.objects.filter(id=client.id).update(post_logout_uris=[HOME], logout_url=LISTENS)
    return RelyingParty(browser, client, secret)


def leave(party, **parameters):
    return party.browser.get("/sign-on/end-session", parameters)


def test_signs_out_at_once_when_the_system_names_the_session(party, browser, resident):
    hint = party.tokens()["id_token"]
    answer = leave(party, id_token_hint=hint, post_logout_redirect_uri=HOME, state="s p/1")
    assert answer.headers["Location"] == f"{HOME}?state=s+p%2F1"
    assert browser.get("/me/systems").status_code == 302


def test_asks_when_nothing_names_the_session(party, browser, resident):
    party.tokens()
    page = leave(party, client_id=party.client_id, post_logout_redirect_uri=HOME)
    text = page.content.decode()
    assert "公积金网上大厅" in text
    assert browser.get("/me/systems").status_code == 200
    assert browser.post("/sign-on/end-session/confirm", {}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token
    form = {"client_id": party.client_id, "post_logout_redirect_uri": HOME, "csrfmiddlewaretoken": token[1]}
    done = browser.post("/sign-on/end-session/confirm", form)
    assert "您已经退出" in done.content.decode()
    assert HOME not in done.content.decode()
    assert browser.get("/me/systems").status_code == 302


def test_hint_of_another_session_asks_first(party, browser, resident):
    hint = party.tokens()["id_token"]
    browser.cookies["shimin_session"] = make_resident().token
    assert "要退出市民账号吗" in leave(party, id_token_hint=hint).content.decode()


def test_old_hint_still_counts(party, resident, at):
    hint = party.tokens()["id_token"]
    at.now += timedelta(hours=3)
    answer = leave(party, id_token_hint=hint, post_logout_redirect_uri=HOME)
    assert answer.headers["Location"] == HOME


@pytest.mark.parametrize("address", ["https://evil.example/", f"{HOME}x", "//evil.example", "javascript:alert(1)"])
def test_sends_nobody_elsewhere(party, resident, address):
    hint = party.tokens()["id_token"]
    answer = leave(party, id_token_hint=hint, post_logout_redirect_uri=address)
    assert answer.status_code == 200
    assert address not in answer.content.decode()


def test_forged_or_contradicting_requests_do_nothing(party, browser, resident):
    hint = party.tokens()["id_token"]
    other, _ = make_client(name="别的系统")
    head, body, signature = hint.split(".")
    flipped = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for parameters in (
        {"id_token_hint": flipped}, {"id_token_hint": "x"}, {"id_token_hint": hint, "client_id": str(other.id)},
        {"id_token_hint": [hint, hint]},
    ):  # fmt: skip
        assert leave(party, **parameters).status_code == 400
    assert browser.get("/me/systems").status_code == 200


def test_form_of_another_site_is_asked_again(party, browser, resident):
    hint = party.tokens()["id_token"]
    answer = party.server.post("/sign-on/end-session", {"id_token_hint": hint, "state": "x"})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/sign-on/end-session")


def test_every_system_that_asked_is_told(party, messenger, resident, at):
    hint = party.read(party.tokens()["id_token"]).claims
    sign_out(actor=resident.actor, now=at.now)
    end_of_session(session_id=resident.session_id, now=at.now)
    assert tell_sign_outs(at.now) == 1
    ((url, text),) = messenger.told
    token = party.read(text)
    assert url == LISTENS
    assert token.header["typ"] == "logout+jwt"
    assert {name: token.claims[name] for name in ("iss", "sub", "aud", "sid")} == {
        name: hint[name] for name in ("iss", "sub", "aud", "sid")
    }
    assert token.claims["events"] == {EVENT: {}}
    assert "nonce" not in token.claims
    assert token.claims["jti"]
    assert tell_sign_outs(at.now) == 0


def test_offline_access_outlives_the_session_and_is_told_all_the_same(party, messenger, resident, at):
    tokens = party.tokens(scope="openid offline_access")
    end_of_session(session_id=resident.session_id, now=at.now)
    tell_sign_outs(at.now)
    assert len(messenger.told) == 1
    assert "access_token" in party.refresh(tokens["refresh_token"]).json()


def test_withdrawn_consent_is_told(party, messenger, resident, at):
    party.tokens()
    withdraw_consent(resident.actor, f"sign_on.{party.client_id}", at.now)
    end_of_consent(account_id=resident.account_id, purpose=f"sign_on.{party.client_id}", now=at.now)
    tell_sign_outs(at.now)
    assert len(messenger.told) == 1


def test_system_that_does_not_answer_is_asked_again_and_then_left(party, messenger, resident, at):
    party.tokens()
    end_of_session(session_id=resident.session_id, now=at.now)
    messenger.answer = Told.LATER
    for _ in range(8):
        tell_sign_outs(at.now)
        at.now += timedelta(hours=7)
    assert len(messenger.told) == 6
    assert LogoutNotice.objects.get().outcome == "gave_up"


def test_silent_system_is_asked_once_a_round_and_holds_up_no_other(browser, party, messenger, resident, at):
    other, secret = make_client(name="别的系统")
    Client.objects.filter(id=other.id).update(logout_url="https://fund.example.gov.cn/other")
    for _ in range(3):
        party.tokens()
    RelyingParty(browser, other, secret).tokens()
    messenger.answer = Told.LATER
    end_of_session(session_id=resident.session_id, now=at.now)
    tell_sign_outs(at.now)
    assert sorted(url for url, _ in messenger.told) == [LISTENS, "https://fund.example.gov.cn/other"]


def test_refusal_is_final(party, messenger, resident, at):
    party.tokens()
    end_of_session(session_id=resident.session_id, now=at.now)
    messenger.answer = Told.REFUSED
    tell_sign_outs(at.now)
    at.now += timedelta(hours=7)
    assert tell_sign_outs(at.now) == 0


def test_event_of_identity_leads_here(party, resident, at):
    from shimin.kernel.events.outbox import registry

    handlers = {each.__module__ for each in registry.handlers[SessionEnded.name]}
    assert "shimin.capabilities.sign_on.subscriptions" in handlers
    party.tokens()
    end_of_session(session_id=resident.session_id, now=at.now)
    assert Authorisation.objects.get().end_reason == "signed_out"
