"""An hour of everyone asking at once: nobody is ever told another person's score."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from shimin.capabilities.enquiries.models import CachedExtract, Enquiry
from shimin.capabilities.enquiries.operations import look_up as operation
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.operations.upkeep import trim_cache
from shimin.capabilities.enquiries.ports import set_record_source
from shimin.capabilities.enquiries.tests.conftest import forget
from shimin.capabilities.enquiries.tests.factories import SCORE, publish_lookups
from shimin.capabilities.enquiries.tests.sources import FakeSource
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.models import AuditRecord
from shimin.kernel.rate import LocalBucket

CITY = "430700"
TOGETHER = 8


@pytest.fixture
def scores(committed_db, tmp_path, monkeypatch):
    """Scores that tell whose they are: the total is the serial number of the ID number."""
    source = FakeSource()
    source.records["gaokao-score"] = lambda query: [
        {name: SCORE[name] for name in query.fields} | {"total": int(query.subject.id_number[14:17])}
    ]
    set_record_source(source)
    monkeypatch.setattr(operation, "_per_person", LocalBucket(limit=10_000, per_seconds=1))
    publish_lookups(tmp_path, ["gaokao-score"], now=clock.now(), region=CITY)
    forget()
    yield source
    set_record_source(None)
    forget()


def together(count, work):
    """Run ``work(number)`` for each number on parallel connections and return the results."""

    def run(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(run, range(count)))


def total_of(person):
    record = look_up(actor=person.actor, region_code=CITY, slug="gaokao-score", params={}, now=clock.now())
    return record.extract[0]["total"], record.from_cache


def test_everyone_gets_their_own_score(scores):
    now = clock.now()
    people = [make_resident(now=now) for _ in range(40)]
    answers = together(400, lambda number: (number % 40, *total_of(people[number % 40])))
    wrong = [number for number, total, _ in answers if total != int(people[number].id_number[14:17])]
    assert wrong == []
    assert sum(from_cache for *_, from_cache in answers) >= 400 - len(scores.asked)
    with scope(SYSTEM):
        assert Enquiry.objects.filter(city_code=CITY, outcome="found").count() == 400
        assert AuditRecord.objects.filter(action="enquiries.look_up", city_code=CITY).count() == 400


def test_one_person_in_many_tabs_keeps_one_answer(scores):
    person = make_resident(now=clock.now())
    assert {total for total, _ in together(24, lambda _: total_of(person))} == {int(person.id_number[14:17])}
    assert CachedExtract.objects.count() == 1


def test_trimming_takes_nobodys_answer_away_mid_way(scores):
    people = [make_resident(now=clock.now()) for _ in range(12)]
    stop = threading.Event()

    def trim():
        try:
            while not stop.is_set():
                CachedExtract.objects.update(bound=3)
                trim_cache(clock.now())
        finally:
            connections.close_all()

    trimmer = threading.Thread(target=trim)
    trimmer.start()
    answers = together(120, lambda number: (number % 12, total_of(people[number % 12])[0]))
    stop.set()
    trimmer.join()
    assert [number for number, total in answers if total != int(people[number].id_number[14:17])] == []
