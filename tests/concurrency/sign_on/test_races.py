"""Races at the token endpoint: of two who show one code or refresh token at once, one comes through, then none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client as Browser

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.sign_on import ports
from shimin.capabilities.sign_on.models import Authorisation, LinkedIdentity, SigningKey, Token
from shimin.capabilities.sign_on.public import IdentityTaken, LinkStale, begin_link, finish_link, publish_keys
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty
from shimin.kernel import clock

TOGETHER = 6


@pytest.fixture(autouse=True)
def still(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def party(committed_db) -> RelyingParty:
    browser = Browser()
    browser.cookies["shimin_session"] = make_resident().token
    return RelyingParty(browser, *make_client())


def at_once(operation):
    """Run ``operation`` in parallel threads that start together and return the results."""
    gate = threading.Barrier(TOGETHER)

    def run(_):
        try:
            gate.wait()
            return operation()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(run, range(TOGETHER)))


def test_one_code_at_once(party):
    code = party.sign_in(scope="openid offline_access")
    answers = at_once(lambda: party.exchange(code))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert Token.objects.count() == 2
    assert Authorisation.objects.get().end_reason == "code_replayed"
    assert party.userinfo(won[0]["access_token"]).status_code == 401


def test_one_refresh_token_at_once(party):
    token = party.tokens(scope="openid offline_access")["refresh_token"]
    answers = at_once(lambda: party.refresh(token))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (TOGETHER - 1)
    assert Authorisation.objects.get().end_reason == "refresh_replayed"


def test_first_keys_are_made_once(committed_db):
    answers = at_once(lambda: publish_keys(NOW))
    assert SigningKey.objects.count() == 2
    assert len({tuple(sorted(key["kid"] for key in keys)) for keys in answers}) == 1


class Platform:
    """A platform that says it is always the same person."""

    code = title = "one"

    def authorise_url(self, *, state: str, back_url: str) -> str:
        return state

    def identify(self, *, parameters, back_url: str) -> str:
        return "anna"


def test_one_identity_linked_by_many_accounts_at_once(committed_db, monkeypatch):
    monkeypatch.setattr(ports, "_entrances", {"one": Platform()})
    people = [make_resident().actor for _ in range(TOGETHER)]
    waiting = iter([(each, begin_link(actor=each, entrance_code="one", back_url="x", now=NOW)) for each in people])

    def finish() -> bool:
        actor, state = next(waiting)
        try:
            finish_link(actor=actor, entrance_code="one", parameters={"state": state}, back_url="x", now=NOW)
        except IdentityTaken:
            return False
        return True

    assert sorted(at_once(finish)) == [False] * (TOGETHER - 1) + [True]
    assert LinkedIdentity.objects.count() == 1


def test_one_way_back_taken_many_times_at_once(committed_db, monkeypatch):
    monkeypatch.setattr(ports, "_entrances", {"one": Platform()})
    actor = make_resident().actor
    state = begin_link(actor=actor, entrance_code="one", back_url="x", now=NOW)

    def finish() -> bool:
        try:
            finish_link(actor=actor, entrance_code="one", parameters={"state": state}, back_url="x", now=NOW)
        except LinkStale:
            return False
        return True

    assert sorted(at_once(finish)) == [False] * (TOGETHER - 1) + [True]


def test_ten_tabs_end_in_one_connection(party):
    pages = [party.follow(party.ask()) for _ in range(3)]
    for page in pages:
        party.agree(page)
    assert Authorisation.objects.count() == 3
