"""Fixtures of sign-on: a stopped clock, one resident in a browser, systems that sign people in."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from shimin.capabilities.identity.tests.factories import NOW, Resident, make_resident
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty
from shimin.capabilities.sign_on.web import asking, ending, endpoints
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket


class Clock:
    """The wall clock, moved by the test."""

    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def at(monkeypatch) -> Clock:
    """The wall clock stands at NOW until the test moves it: ``at.now += …``."""
    stopped = Clock()
    monkeypatch.setattr(clock, "now", lambda: stopped.now)
    return stopped


@pytest.fixture(autouse=True)
def fresh_buckets(monkeypatch):
    """Rate limits of one test do not reach the next."""
    monkeypatch.setattr(asking, "_starts", LocalBucket(limit=1_000, per_seconds=60))
    monkeypatch.setattr(ending, "_asks", LocalBucket(limit=1_000, per_seconds=60))
    monkeypatch.setattr(endpoints, "_calls", LocalBucket(limit=1_000, per_seconds=60))


@pytest.fixture
def browser(db, at) -> Browser:
    """A browser that checks CSRF, behind the production middleware."""
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def resident(browser) -> Resident:
    """A person with a proven name, signed in in the browser."""
    person = make_resident()
    browser.cookies["shimin_session"] = person.token
    browser.cookies["shimin_device"] = person.session.device_token
    return person


@pytest.fixture
def party(browser) -> RelyingParty:
    """An approved system with a secret, which may ask for everything."""
    return RelyingParty(browser, *make_client())
