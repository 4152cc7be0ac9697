"""Co-handlers, lead and citizen at one moment: a part goes one way, and an answer never passes a contribution by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.models import Part, PartStepTaken
from shimin.capabilities.service_requests.joint_handling.public import (
    accept_part,
    ask_co_handlers,
    decline_part,
    end_parts,
    give_contribution,
    waive_part,
)
from shimin.capabilities.service_requests.joint_handling.tests.factories import HELPER, LEAD, WISH, accepted, asked
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import reply, withdraw
from shimin.capabilities.service_requests.tests.factories import (
    RESIDENT,
    ROADS,
    City,
    found_city,
    handler,
    in_progress,
    leave_city,
)
from shimin.kernel.errors import DomainError

ROUNDS = 6


@pytest.fixture
def city(committed_db) -> Iterator[City]:
    """Regions and agencies, committed."""
    stamp.forget()
    yield found_city()
    leave_city()
    stamp.forget()


@pytest.mark.django_db
def test_there_is_a_test_database():
    """The tests below commit; pytest-django makes a database only for tests with its mark."""


def together(*works: Callable[[], object]) -> Sequence[str]:
    """Run the works in threads of their own that start at one moment; return "" or the code of the refusal of each."""
    gate = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        try:
            gate.wait(30)
            work()
            return ""
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_a_part_is_accepted_or_declined_by_one(city):
    _, part_id = asked()
    works: list[Callable[[], object]] = []
    for number in range(4):
        actor = handler(ROADS, account_id=960 + number)
        works.append(lambda actor=actor: accept_part(actor=actor, part_id=part_id, now=NOW))
        works.append(lambda actor=actor: decline_part(actor=actor, part_id=part_id, words="不归我们。", now=NOW))
    assert Counter(together(*works)) == {"": 1, "request_part_step_refused": 7}
    assert PartStepTaken.objects.filter(part_id=part_id).count() == 2


def test_an_agency_is_asked_once_however_many_ask(city):
    request_id = in_progress().request_id
    told = together(
        *(
            lambda: ask_co_handlers(actor=LEAD, request_id=request_id, agency_ids=[ROADS], wish=WISH, now=NOW)
            for _ in range(6)
        )
    )
    assert Counter(told) == {"": 1, "request_co_handler_already": 5}
    assert Part.objects.count() == 1


def test_an_answer_at_the_moment_of_a_contribution_has_it_or_waits(city):
    seen = Counter()
    for _ in range(ROUNDS):
        request_id, part_id = accepted()
        answered, contributed = together(
            lambda r=request_id: reply(actor=LEAD, request_id=r, words="已修好。", now=NOW),
            lambda p=part_id: give_contribution(actor=HELPER, part_id=p, words="查清了。", now=NOW),
        )
        assert contributed == ""
        assert answered in ("", "request_parts_missing")
        assert (ServiceRequest.objects.get(id=request_id).state == "answered") == (answered == "")
        assert Part.objects.get(id=part_id).state == "given"
        seen[answered] += 1
    assert sum(seen.values()) == ROUNDS


def test_a_part_that_is_waived_at_the_moment_of_its_contribution_is_one_of_both(city):
    for _ in range(ROUNDS):
        _, part_id = accepted()
        waived, contributed = together(
            lambda p=part_id: waive_part(actor=LEAD, part_id=p, words="不等了。", now=NOW),
            lambda p=part_id: give_contribution(actor=HELPER, part_id=p, words="查清了。", now=NOW),
        )
        assert sorted((waived, contributed)) == ["", "request_part_step_refused"]
        assert Part.objects.get(id=part_id).state == ("waived" if waived == "" else "given")


def test_what_is_withdrawn_meanwhile_takes_no_contribution_afterwards(city):
    for _ in range(ROUNDS):
        request_id, part_id = accepted()
        withdrawn, contributed = together(
            lambda r=request_id: withdraw(actor=RESIDENT, request_id=r, now=NOW),
            lambda p=part_id: give_contribution(actor=HELPER, part_id=p, words="查清了。", now=NOW),
        )
        assert withdrawn == ""
        assert contributed in ("", "request_part_step_refused")
        assert end_parts(request_id=request_id, now=NOW) == (0 if contributed == "" else 1)
        assert Part.objects.get(id=part_id).state == ("given" if contributed == "" else "ended")
