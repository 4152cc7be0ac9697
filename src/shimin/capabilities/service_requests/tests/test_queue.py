"""Queues: each officer's own, in order, by keyset, in one statement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    SUPERVISOR,
    QueueFilter,
    RequestKind,
    RequestState,
    count_queue,
    find_desk_request,
    get_desk_request,
    list_queue,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    RESIDENT,
    answered,
    dispatched,
    file,
    handler,
    in_progress,
)
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.kernel.errors import Forbidden, NotFound
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db


def numbers(actor, **wanted) -> list[str]:
    return [line.number for line in list_queue(actor, wanted=QueueFilter(**wanted)).lines]


def test_each_sees_their_own(city):
    waiting, lights, roads = file(), dispatched(), dispatched(agency_id=city.roads)
    assert set(numbers(DESPATCHER)) == {waiting.number, lights.number, roads.number}
    assert numbers(handler(city.lights)) == [lights.number]
    assert numbers(handler(city.roads)) == [roads.number]
    assert numbers(handler(city.elsewhere)) == []
    for stranger in (RESIDENT, officer("catalogue.editor")):
        with pytest.raises(Forbidden):
            list_queue(stranger)
        assert count_queue(stranger, wanted=QueueFilter()) == 0


def test_a_queue_is_one_statement(city):
    dispatched()
    with count_statements() as seen:
        list_queue(handler(city.lights))
    assert seen.count == 1
    with count_statements() as seen:
        get_desk_request(actor=handler(city.lights), request_id=dispatched().request_id)
    assert len([text for text in seen.statements if "service_requests" in text and "SELECT" in text]) <= 10


def test_the_most_urgent_comes_first_and_pages_do_not_overlap(city):
    made = [dispatched(now=NOW + timedelta(days=day)) for day in (3, 1, 2, 0, 4)]
    wanted = [made[at].number for at in (3, 1, 2, 0, 4)]
    actor, seen, after = handler(city.lights), [], None
    while True:
        page = list_queue(actor, after=after, limit=2)
        seen += [line.number for line in page.lines]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(wanted)
    dues = [line.due_at for line in list_queue(actor).lines]
    assert dues == sorted(dues)


def test_the_newest_first_over_all_states(city):
    old, new = answered(), file()
    assert numbers(DESPATCHER, order="new", states=()) == [new.number, old.number]
    page = list_queue(DESPATCHER, wanted=QueueFilter(order="new", states=()), limit=1)
    rest = list_queue(DESPATCHER, wanted=QueueFilter(order="new", states=()), after=page.next)
    assert [line.number for line in rest.lines] == [old.number]


def test_filters(city):
    complaint = dispatched(kind=RequestKind.COMPLAINT)
    question = in_progress(kind=RequestKind.QUESTION)
    actor = handler(city.lights)
    assert numbers(actor, kinds=(RequestKind.COMPLAINT,)) == [complaint.number]
    assert numbers(actor, states=(RequestState.IN_PROGRESS,)) == [question.number]
    assert numbers(actor, handler_id=911) == [question.number]
    assert numbers(actor, due_before=question.due_at + timedelta(seconds=1)) == [question.number]
    assert numbers(actor, due_from=complaint.due_at) == [complaint.number]
    assert numbers(actor, level_from=1) == []
    assert numbers(actor, waits_for_approval=True) == []
    assert numbers(actor, categories=("交通运输",)) == []
    assert numbers(actor, is_emergency=False, region_code="") == numbers(actor)
    assert numbers(DESPATCHER, agency_id=city.lights) == numbers(actor)


def test_no_row_twice_when_grants_overlap(city):
    dispatched()
    grants = (Grant(DISPATCHER, None, CITY), Grant(OFFICER, city.lights, CITY), Grant(SUPERVISOR, None, None))
    assert len(list_queue(Actor(ActorKind.STAFF, account_id=940, grants=grants)).lines) == 1


def test_roles_choose_the_grants(city):
    file()
    lights = dispatched()
    both = Actor(
        ActorKind.STAFF, account_id=941, grants=(Grant(DISPATCHER, None, CITY), Grant(OFFICER, city.lights, CITY))
    )
    assert [line.number for line in list_queue(both, roles=(OFFICER,)).lines] == [lights.number]
    assert len(list_queue(both).lines) == 2


def test_another_agencys_request_is_not_there(city):
    receipt = dispatched()
    for stranger in (handler(city.roads), handler(city.elsewhere), RESIDENT):
        with pytest.raises(NotFound):
            get_desk_request(actor=stranger, request_id=receipt.request_id)
    with pytest.raises(NotFound):
        find_desk_request(actor=handler(city.roads), number=receipt.number)
    assert find_desk_request(actor=handler(city.lights), number=receipt.number) == receipt.request_id


@pytest.mark.parametrize(
    ("actor", "wanted", "index"),
    [
        (officer(OFFICER, agency_id=LIGHTS), {}, "service_requests_agency_due"),
        (
            officer(OFFICER, agency_id=LIGHTS),
            {"categories": ("交通运输",), "kinds": (RequestKind.HELP,)},
            "service_requests_category_due",
        ),
        (DESPATCHER, {"region_code": "430104", "categories": ("交通运输",)}, "service_requests_city_due"),
    ],
)
def test_the_keys_of_a_page_come_from_an_index_alone(city, actor, wanted, index):
    """A filter or policy that asks for one more column would read a row for each key: twice the time at a million."""
    dispatched()
    with count_statements() as seen, connection.execute_wrapper(explained := _Explained()):
        list_queue(actor, wanted=QueueFilter(**wanted))
    assert seen.count == 1
    assert f"Index Only Scan using {index}" in explained.plan


class _Explained:
    """Keeps the plan of the last statement with all other ways made dear: the tables of tests are too small to tell."""

    def __call__(self, execute, sql, params, many, context):
        cursor = context["cursor"].cursor
        if "service_requests_request" in sql:
            for way in ("seqscan", "bitmapscan", "indexscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            self.plan = "\n".join(line for (line,) in cursor.fetchall())
        return execute(sql, params, many, context)
