"""Many at once: a card is issued and appealed once, a message imported once, a request dispatched by rule once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.models import ImportedMessage, RequestStep, ServiceRequest
from shimin.capabilities.service_requests.public import SUPERVISOR, import_message, read_message, reply
from shimin.capabilities.service_requests.supervision.models import CallBack, Card
from shimin.capabilities.service_requests.supervision.public import (
    appeal_card,
    decide_appeal,
    draw_call_back,
    issue_cards,
    note_unreached,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    LIGHTS,
    City,
    found_city,
    handler,
    in_progress,
    leave_city,
)
from shimin.kernel.errors import DomainError
from shimin.kernel.testing import officer

AT_ONCE = 8
WATCH = officer(SUPERVISOR, account_id=941, region_code=CITY)


@pytest.fixture
def city(committed_db) -> Iterator[City]:
    """Regions and agencies, committed."""
    stamp.forget()
    yield found_city()
    CallBack.objects.all().delete()
    Card.objects.all().delete()
    leave_city()
    stamp.forget()


def together(work: Callable[[int], object]) -> Counter[str]:
    """Run ``work`` from AT_ONCE threads that start at one moment; count what they return."""
    gate = Barrier(AT_ONCE)

    def run(number: int) -> str:
        try:
            gate.wait(30)
            return str(work(number))
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(AT_ONCE)))


def test_workers_that_look_at_once_issue_one_card_and_urge_once(city):
    receipt = in_progress()
    ends = ServiceRequest.objects.get(id=receipt.request_id).due_at
    assert together(lambda _: issue_cards(ends)) == {"1": 1, "0": AT_ONCE - 1}
    assert Card.objects.filter(request_id=receipt.request_id).count() == 1
    assert RequestStep.objects.filter(request_id=receipt.request_id, action="urge").count() == 1


def test_one_appeal_and_one_decision(city):
    receipt = in_progress()
    issue_cards(ServiceRequest.objects.get(id=receipt.request_id).due_at)
    card_id = Card.objects.get(request_id=receipt.request_id).id
    appealed = together(
        lambda number: appeal_card(
            actor=handler(LIGHTS, account_id=960 + number), card_id=card_id, words=f"申诉{number}。", now=NOW
        )
    )
    assert appealed == {"None": 1, "request_appeal_not_open": AT_ONCE - 1}
    decided = together(
        lambda number: decide_appeal(
            actor=WATCH, card_id=card_id, is_lifted=bool(number % 2), words=f"裁定{number}。", now=NOW
        )
    )
    assert decided == {"None": 1, "request_appeal_not_open": AT_ONCE - 1}


def test_files_imported_at_once_make_one_request(city):
    message = read_message(city_code=CITY, source="hotline", key="7", words="路灯坏了，请修。", posted_at=NOW, now=NOW)
    told = together(lambda _: import_message(message=message, now=NOW)[0])
    assert told == {"imported": 1, "repeated": AT_ONCE - 1}
    assert ServiceRequest.objects.count() == ImportedMessage.objects.count() == 1


def test_calls_noted_at_once_are_three_tries(city):
    receipt = in_progress()
    reply(actor=handler(LIGHTS), request_id=receipt.request_id, words="已修好。", now=NOW)
    ServiceRequest.objects.filter(id=receipt.request_id).update(wants_contact=True)
    drawn = together(lambda _: draw_call_back(request_id=receipt.request_id, now=NOW))
    assert drawn == {"True": 1, "False": AT_ONCE - 1}
    call_back_id = CallBack.objects.get().id
    tried = together(lambda _: note_unreached(actor=WATCH, call_back_id=call_back_id, now=NOW))
    assert tried == {"1": 1, "2": 1, "3": 1, "request_call_back_ended": AT_ONCE - 3}
