"""Many at one request, on connections of their own: three tabs file once, two officers accept once, numbers meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import FilingKey, QueryHandle, Reporter, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.operations import filing as operation
from shimin.capabilities.service_requests.public import MergeRefused, accept, follow_merge, merge, withdraw
from shimin.capabilities.service_requests.tests.factories import (
    DESPATCHER,
    RESIDENT,
    City,
    dispatched,
    file,
    found_city,
    handler,
    leave_city,
)
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import DomainError
from shimin.kernel.testing import citizen

AT_ONCE = 12


@pytest.fixture
def city(committed_db) -> Iterator[City]:
    """Regions and agencies, committed."""
    stamp.forget()
    yield found_city()
    leave_city()
    stamp.forget()


def together(work: Callable[[int], str]) -> Counter[str]:
    """Run ``work`` from AT_ONCE threads that start at one moment; count what they return."""
    gate = Barrier(AT_ONCE)

    def run(number: int) -> str:
        try:
            gate.wait(30)
            return work(number)
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(AT_ONCE)))


@pytest.mark.parametrize("actor", [RESIDENT, ANONYMOUS], ids=["account", "anonymous"])
def test_a_form_sent_from_many_tabs_files_once(city, actor):
    answers = together(lambda number: file(key="one-form-many-tabs", actor=actor).number)
    assert len(answers) == 1
    assert [model.objects.count() for model in (ServiceRequest, RequestStep, QueryHandle, FilingKey)] == [1, 1, 1, 1]
    assert Reporter.objects.count() == (actor is RESIDENT)


def test_one_officer_accepts(city):
    receipt = dispatched()
    officers = [handler(city.lights, account_id=2_000 + number) for number in range(AT_ONCE)]

    def press(number: int) -> str:
        accept(actor=officers[number], request_id=receipt.request_id, now=NOW)
        return "accepted"

    assert together(press) == {"accepted": 1, "request_step_refused": AT_ONCE - 1}
    assert RequestStep.objects.filter(request_id=receipt.request_id, action="accept").count() == 1


def test_withdrawing_and_accepting_meet_in_one_order(city):
    receipt = dispatched()

    def press(number: int) -> str:
        if number % 2:
            withdraw(actor=RESIDENT, request_id=receipt.request_id, now=NOW)
            return "withdrawn"
        accept(actor=handler(city.lights), request_id=receipt.request_id, now=NOW)
        return "accepted"

    answers = together(press)
    assert answers["withdrawn"] == 1
    assert answers["accepted"] <= 1
    row = ServiceRequest.objects.get(id=receipt.request_id)
    assert row.state == "withdrawn"
    assert sorted(row.steps.values_list("version", flat=True)) == list(range(1, row.version + 1))


def test_two_requests_do_not_swallow_each_other(city):
    one, two = file(), file(actor=citizen(account_id=703))

    def press(number: int) -> str:
        first, second = (one, two) if number % 2 else (two, one)
        merge(actor=DESPATCHER, request_id=first.request_id, into_id=second.request_id, now=NOW)
        return "merged"

    answers = together(press)
    assert answers["merged"] == 1
    assert sorted(ServiceRequest.objects.values_list("state", flat=True)) == ["filed", "merged"]
    merged = ServiceRequest.objects.get(state="merged")
    assert follow_merge(request_id=merged.id, now=NOW) == 1
    assert MergeRefused.code in answers or "request_step_refused" in answers


def test_a_number_that_is_taken_is_drawn_again(city, monkeypatch):
    first = file()
    numbers = iter([first.number, "4301002611220000000"])
    monkeypatch.setattr(operation, "new_public_number", lambda *_: next(numbers))
    assert file().number == "4301002611220000000"
