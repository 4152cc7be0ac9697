"""Fixtures of the look-ups: a stopped clock, a source in memory, published items, a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.enquiries.operations import look_up as operation
from shimin.capabilities.enquiries.ports import set_record_source
from shimin.capabilities.enquiries.queries.offers import forget_offers
from shimin.capabilities.enquiries.tests.factories import publish_lookups
from shimin.capabilities.enquiries.tests.sources import FakeSource
from shimin.capabilities.identity.tests.factories import NOW, Resident, make_resident
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


@pytest.fixture
def source(at) -> Iterator[FakeSource]:
    """The departments, in memory."""
    fake = FakeSource()
    set_record_source(fake)
    yield fake
    set_record_source(None)


@pytest.fixture(autouse=True)
def fresh_buckets(monkeypatch):
    """Rate limits of one test do not reach the next."""
    for name, limit in (("_per_person", 30), ("_per_address", 60), ("_refusals", 10)):
        monkeypatch.setattr(operation, name, LocalBucket(limit=limit, per_seconds=60, clock=lambda: 0.0))


def forget() -> None:
    """Empty the read caches of this process."""
    stamp.forget()
    forget_offers()


@pytest.fixture
def publish(db, tmp_path, at) -> Iterator[Callable[..., None]]:
    """Publish look-ups by slug: ``publish("traffic-violations")``."""

    def run(*slugs: str) -> None:
        publish_lookups(tmp_path, slugs, now=at.now)
        forget()

    yield run
    forget()


@pytest.fixture
def resident(db, at) -> Resident:
    """A resident with a proven name."""
    return make_resident()


@pytest.fixture
def browser(db, at, source) -> Client:
    """A browser that checks CSRF only where a test asks for it."""
    return Client()


def sign_in(browser: Client, resident: Resident) -> None:
    """Give the browser the resident's session."""
    browser.cookies["shimin_session"] = resident.token
