"""One department hangs: those who ask it are told within three seconds, and nobody else notices."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

import pytest
from django.db import connections

from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.directory import Directory
from shimin.adapters.http_source.records import HttpRecordSource
from shimin.capabilities.enquiries.domain.outcomes import SourceUnavailable
from shimin.capabilities.enquiries.operations import look_up as operation
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.ports import set_record_source
from shimin.capabilities.enquiries.tests.conftest import forget
from shimin.capabilities.enquiries.tests.factories import publish_lookups
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel import clock
from shimin.kernel.rate import LocalBucket
from tests.contracts.departments import running_departments

CITY = "430700"
SYSTEMS = {"traffic-violations": "traffic-police", "plate-lottery": "transport"}


@pytest.fixture(scope="module")
def departments(tmp_path_factory):
    with running_departments(tmp_path_factory.mktemp("departments")) as running:
        yield running


@pytest.fixture
def person(committed_db, departments, tmp_path, monkeypatch):
    """A resident, and look-ups of two departments behind the real adapter."""
    clients = Clients(Directory(departments.keys_dir, departments.environ, None))
    set_record_source(HttpRecordSource(clients))
    monkeypatch.setattr(operation, "_per_person", LocalBucket(limit=10_000, per_seconds=1))
    publish_lookups(tmp_path, SYSTEMS, now=clock.now(), region=CITY)
    forget()
    yield make_resident(now=clock.now())
    set_record_source(None)
    clients.close()
    forget()


def ask(person, slug):
    """Return (seconds, answered) of one look-up."""
    started = time.monotonic()
    try:
        look_up(actor=person.actor, region_code=CITY, slug=slug, params={}, now=clock.now())
        answered = True
    except SourceUnavailable:
        answered = False
    return time.monotonic() - started, answered


def many(person, slug, count):
    """Ask ``count`` times, two at a time."""

    def run(_):
        try:
            return ask(person, slug)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(count)))


def test_those_who_ask_it_are_told_in_time_and_nobody_else_notices(person, departments):
    many(person, "plate-lottery", 4)
    calm = [seconds for seconds, _ in many(person, "plate-lottery", 40)]
    told: list[tuple[float, bool]] = []
    with departments.fault("traffic-police", hang=True):
        askers = [threading.Thread(target=lambda: told.extend(many(person, "traffic-violations", 4))) for _ in range(4)]
        for asker in askers:
            asker.start()
        meanwhile = many(person, "plate-lottery", 40)
        for asker in askers:
            asker.join()
    assert [answered for _, answered in told] == [False] * 16
    assert max(seconds for seconds, _ in told) < 3.5
    assert all(answered for _, answered in meanwhile)
    # Generous: the machine that runs the tests is busy. bench/ measures the ratio.
    busy = quantiles([seconds for seconds, _ in meanwhile], n=20)[-1]
    assert busy < 3 * quantiles(calm, n=20)[-1] + 0.25


def test_after_a_while_it_is_not_even_asked(person, departments):
    with departments.fault("traffic-police", hang=True):
        many(person, "traffic-violations", 6)
        seconds, answered = ask(person, "traffic-violations")
    assert not answered
    assert seconds < 0.5
