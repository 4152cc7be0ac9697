"""The dispatcher decides on declined parts, the platform urges late ones, and who watches sees lists and figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.domain.parts import PartState, PartStepRefused
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.public import (
    ask_co_handlers,
    count_co_handling,
    count_watched,
    decline_part,
    drop_part,
    give_contribution,
    insist_on_part,
    list_parts,
    list_watched,
    urge_late_parts,
)
from shimin.capabilities.service_requests.joint_handling.tests.factories import (
    HELPER,
    LEAD,
    OTHER,
    WISH,
    accepted,
    asked,
    given,
)
from shimin.capabilities.service_requests.public import DISPATCHER, OFFICER, SUPERVISOR, reply, withdraw
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    RESIDENT,
    ROADS,
    THEIR_DESPATCHER,
    dispatched,
)
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
WATCH = officer(SUPERVISOR, account_id=941, region_code=CITY)
WHY = "这条电缆归市政管。"


def declined() -> tuple[int, int]:
    """Return a request and a part that its agency has declined."""
    request_id, part_id = asked()
    decline_part(actor=HELPER, part_id=part_id, words="不归我们管。", now=NOW)
    return request_id, part_id


def test_the_dispatcher_insists_and_it_is_the_agencys_with_a_working_day(city):
    _, part_id = declined()
    late = NOW + timedelta(days=3)
    insist_on_part(actor=DESPATCHER, part_id=part_id, words=WHY, now=late)
    part = Part.objects.get(id=part_id)
    assert (part.state, part.is_fixed) == (PartState.ACCEPTED, True)
    assert part.due_at > late
    with pytest.raises(PartStepRefused):
        decline_part(actor=HELPER, part_id=part_id, words="还是不归我们。", now=late)
    give_contribution(actor=HELPER, part_id=part_id, words="查清了。", now=late)


def test_the_dispatcher_drops_and_the_answer_waits_for_nothing(city):
    request_id, part_id = declined()
    drop_part(actor=DESPATCHER, part_id=part_id, words="另有部门查。", now=NOW)
    assert Part.objects.get(id=part_id).state == PartState.DROPPED
    with pytest.raises(PartStepRefused):
        insist_on_part(actor=DESPATCHER, part_id=part_id, words=WHY, now=NOW)
    reply(actor=LEAD, request_id=request_id, words="修好了。", now=NOW)


@pytest.mark.parametrize(
    ("actor", "error"),
    [(LEAD, Forbidden), (WATCH, Forbidden), (HELPER, Forbidden), (OTHER, NotFound), (THEIR_DESPATCHER, NotFound)],
)
@pytest.mark.parametrize("decide", [insist_on_part, drop_part])
def test_nobody_else_decides(city, decide, actor, error):
    _, part_id = declined()
    with pytest.raises(error):
        decide(actor=actor, part_id=part_id, words=WHY, now=NOW)
    assert Part.objects.get(id=part_id).state == PartState.DECLINED


def test_a_decision_has_reasons_and_something_to_decide(city):
    _, part_id = declined()
    with pytest.raises(InvalidInput):
        insist_on_part(actor=DESPATCHER, part_id=part_id, words=" ", now=NOW)
    _, open_id = asked()
    for decide in (insist_on_part, drop_part):
        with pytest.raises(PartStepRefused):
            decide(actor=DESPATCHER, part_id=open_id, words=WHY, now=NOW)


def test_a_dispatcher_names_co_handlers_of_what_was_just_dispatched(city):
    request_id = dispatched().request_id
    (part_id,) = ask_co_handlers(actor=DESPATCHER, request_id=request_id, agency_ids=[ROADS], wish=WISH, now=NOW)
    assert Part.objects.get(id=part_id).asked_by == "dispatcher"


def test_late_parts_are_urged_once(city):
    request_id, part_id = accepted()
    _, given_id = given()
    due_at = Part.objects.get(id=part_id).due_at
    assert urge_late_parts(due_at - timedelta(seconds=1)) == 0
    assert urge_late_parts(due_at) == 1
    assert urge_late_parts(due_at + timedelta(hours=1)) == 0
    (part,) = list_parts(LEAD, request_id=request_id)
    assert part.urged_at == due_at
    assert part.steps[-1].words.startswith("已到交协办意见的期限")
    assert Part.objects.get(id=given_id).urged_at is None


def test_what_is_over_or_stands_still_is_not_urged(city):
    request_id, part_id = accepted()
    due_at = Part.objects.get(id=part_id).due_at
    withdraw(actor=RESIDENT, request_id=request_id, now=NOW)
    assert urge_late_parts(due_at) == 0


def test_each_watches_what_is_theirs_in_two_statements(city):
    _, part_id = declined()
    _, open_id = accepted()
    with count_statements() as seen:
        led = list_watched(LEAD, role=OFFICER)
    assert seen.count == 2
    assert {each.part.part_id for each in led} == {part_id, open_id}
    assert [each.part.part_id for each in list_watched(DESPATCHER, role=DISPATCHER)] == [part_id]
    assert {each.part.part_id for each in list_watched(WATCH, role=SUPERVISOR)} == {part_id, open_id}
    assert list_watched(HELPER, role=OFFICER) == ()
    assert list_watched(THEIR_DESPATCHER, role=DISPATCHER) == ()
    for actor, role in ((LEAD, SUPERVISOR), (RESIDENT, OFFICER), (WATCH, DISPATCHER), (WATCH, "catalogue.editor")):
        with pytest.raises(Forbidden):
            list_watched(actor, role=role)
    assert (count_watched(DESPATCHER, role=DISPATCHER), count_watched(LEAD, role=DISPATCHER)) == (1, 0)


def test_figures_of_a_span_name_who_was_asked_and_who_is_late(city):
    declined()
    given()
    _, late_id = accepted()
    late = Part.objects.get(id=late_id).due_at
    span: dict[str, Any] = {
        "city_code": CITY,
        "starts_at": NOW - timedelta(days=1),
        "ends_at": NOW + timedelta(days=1),
        "now": late,
    }
    (figures,) = count_co_handling(WATCH, **span)
    assert figures.agency_id == ROADS
    assert (figures.asked, figures.responded_in_time, figures.declined) == (3, 3, 1)
    assert (figures.given, figures.given_in_time, figures.waived, figures.late) == (1, 1, 0, 1)
    assert list(count_co_handling(WATCH, **{**span, "starts_at": NOW + timedelta(days=1)})) == []
    for actor in (LEAD, DESPATCHER, RESIDENT):
        with pytest.raises(Forbidden):
            count_co_handling(actor, **span)
