"""A part from asking to its contribution, and what it means for the request's answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.service_requests.joint_handling.models import Part, PartStepTaken
from shimin.capabilities.service_requests.joint_handling.public import (
    AskedAlready,
    DeclineTooLate,
    NotLed,
    PartAction,
    PartsMissing,
    PartState,
    PartStepRefused,
    accept_part,
    ask_co_handlers,
    count_own_parts,
    decline_part,
    end_parts,
    get_led_part,
    get_own_part,
    give_contribution,
    list_own_parts,
    list_parts,
    list_told_parts,
    urge_part,
    waive_part,
)
from shimin.capabilities.service_requests.joint_handling.tests.factories import (
    HELPER,
    LEAD,
    OTHER,
    WATER,
    WISH,
    accepted,
    asked,
    found_water,
    given,
)
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import (
    SUPERVISOR,
    draft_reply,
    get_desk_request,
    reopen,
    reply,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    LIGHTS,
    NEIGHBOUR,
    RESIDENT,
    ROADS,
    dispatched,
    handler,
    in_progress,
)
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from shimin.kernel.models import AuditRecord, Event
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
WATCH = officer(SUPERVISOR, account_id=941, region_code=CITY)
ANSWER = "路灯已经修好。"


def state(part_id: int) -> str:
    return str(Part.objects.get(id=part_id).state)


def test_from_asking_to_the_answer(city):
    request_id, part_id = asked()
    accept_part(actor=HELPER, part_id=part_id, now=NOW)
    with pytest.raises(PartsMissing, match="长沙市政"):
        reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)
    give_contribution(actor=HELPER, part_id=part_id, words="电缆是施工单位挖断的。", now=NOW)
    (seen,) = list_parts(LEAD, request_id=request_id)
    assert seen.contribution == "电缆是施工单位挖断的。"
    assert [step.action for step in seen.steps] == [PartAction.ASK, PartAction.ACCEPT, PartAction.GIVE]
    reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)
    assert ServiceRequest.objects.get(id=request_id).agency_id == LIGHTS


def test_an_answer_sent_to_a_second_person_waits_as_well(city):
    request_id, _ = asked()
    with pytest.raises(PartsMissing):
        draft_reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)


def test_the_lead_goes_without_and_says_why(city):
    request_id, part_id = asked()
    with pytest.raises(InvalidInput):
        waive_part(actor=LEAD, part_id=part_id, words=" ", now=NOW)
    waive_part(actor=LEAD, part_id=part_id, words="已经另行查清。", now=NOW)
    reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)
    (seen,) = list_parts(WATCH, request_id=request_id)
    assert (seen.state, seen.steps[-1].words) == (PartState.WAIVED, "已经另行查清。")
    with pytest.raises(PartStepRefused):
        give_contribution(actor=HELPER, part_id=part_id, words="晚了。", now=NOW)


def test_terms_follow_the_working_calendar_and_the_requests_own_deadline(city):
    friday = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    request_id, part_id = asked(now=friday, days=2)
    part, row = Part.objects.get(id=part_id), ServiceRequest.objects.get(id=request_id)
    assert part.respond_by_at == datetime(2026, 12, 1, tzinfo=CHINA)
    assert part.due_at == datetime(2026, 12, 2, tzinfo=CHINA) <= row.due_at
    found_water()
    _, other = asked(request_id=request_id, agency_id=WATER, now=friday, days=30)
    assert Part.objects.get(id=other).due_at == row.due_at


def test_a_request_that_is_late_already_gets_a_working_day(city):
    request_id = in_progress().request_id
    late = ServiceRequest.objects.get(id=request_id).due_at + timedelta(hours=1)
    _, part_id = asked(request_id=request_id, now=late, days=5)
    part = Part.objects.get(id=part_id)
    assert part.due_at == part.respond_by_at > late


def test_a_part_is_declined_within_a_working_day_with_reasons(city):
    _, part_id = asked()
    with pytest.raises(InvalidInput):
        decline_part(actor=HELPER, part_id=part_id, words="", now=NOW)
    late = Part.objects.get(id=part_id).respond_by_at
    with pytest.raises(DeclineTooLate):
        decline_part(actor=HELPER, part_id=part_id, words="不归我们。", now=late)
    decline_part(actor=HELPER, part_id=part_id, words="不归我们。", now=late - timedelta(seconds=1))
    assert state(part_id) == PartState.DECLINED
    with pytest.raises(PartStepRefused):
        accept_part(actor=HELPER, part_id=part_id, now=NOW)


def test_accepted_late_is_accepted(city):
    _, part_id = asked()
    accept_part(actor=HELPER, part_id=part_id, now=NOW + timedelta(days=5))
    assert state(part_id) == PartState.ACCEPTED


@pytest.mark.parametrize("agencies", [[], [ROADS, 7_003], [99]])
def test_only_agencies_of_the_city_are_asked(city, agencies):
    request_id = in_progress().request_id
    with pytest.raises(InvalidInput):
        ask_co_handlers(actor=LEAD, request_id=request_id, agency_ids=agencies, wish=WISH, now=NOW)
    assert Part.objects.count() == 0


def test_neither_the_lead_itself_nor_anybody_twice(city):
    request_id, _ = asked()
    for agency_id in (LIGHTS, ROADS):
        with pytest.raises(AskedAlready):
            asked(request_id=request_id, agency_id=agency_id)


@pytest.mark.parametrize("days", [0, -1, 31, 10**9])
def test_a_number_of_days_makes_sense(city, days):
    with pytest.raises(InvalidInput):
        asked(days=days)


def test_the_lead_asks_once_it_has_accepted(city):
    request_id = dispatched().request_id
    with pytest.raises(NotLed):
        asked(request_id=request_id)
    asked(request_id=request_id, lead=DESPATCHER)
    assert Part.objects.get().asked_by == "dispatcher"


def test_others_may_not_ask(city):
    request_id = in_progress().request_id
    for actor in (HELPER, RESIDENT, officer("catalogue.editor")):
        with pytest.raises(NotFound):
            asked(request_id=request_id, lead=actor)
    with pytest.raises(Forbidden):
        asked(request_id=request_id, lead=WATCH)
    assert AuditRecord.objects.filter(action="service_requests.part_ask", outcome="refused").count() == 1


def test_a_co_handler_does_nothing_else_to_the_request(city):
    request_id, part_id = accepted()
    for step in (
        lambda: reply(actor=HELPER, request_id=request_id, words="我来答。", now=NOW),
        lambda: get_desk_request(actor=HELPER, request_id=request_id),
        lambda: list_parts(HELPER, request_id=request_id),
        lambda: get_led_part(actor=HELPER, part_id=part_id),
    ):
        with pytest.raises(NotFound):
            step()
    with pytest.raises(Forbidden):
        waive_part(actor=HELPER, part_id=part_id, words="算了。", now=NOW)


def test_only_the_asked_agency_takes_the_part(city):
    found_water()
    _, part_id = asked()
    for actor in (OTHER, RESIDENT):
        with pytest.raises(NotFound):
            accept_part(actor=actor, part_id=part_id, now=NOW)
        with pytest.raises(NotFound):
            get_own_part(actor=actor, part_id=part_id)
    for actor in (LEAD, DESPATCHER, WATCH):
        with pytest.raises(Forbidden):
            give_contribution(actor=actor, part_id=part_id, words="代交。", now=NOW)
    assert state(part_id) == PartState.ASKED


def test_the_co_handler_sees_the_request_while_it_is_open_and_its_own_words_afterwards(city):
    request_id, part_id = given()
    own = get_own_part(actor=HELPER, part_id=part_id)
    assert own.request is not None
    assert own.request.lead == "长沙路灯"
    assert "桐梓坡" in own.request.words
    assert not {"account_id", "person_id", "is_confidential"} & set(type(own.request).__slots__)
    reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)
    own = get_own_part(actor=HELPER, part_id=part_id)
    assert (own.request, own.steps) == (None, ())
    assert own.part.contribution
    assert own.part.actions == ()


def test_the_queue_has_what_waits_in_two_statements(city):
    _, part_id = asked()
    accepted()
    given()
    with count_statements() as seen:
        page = list_own_parts(HELPER)
    assert seen.count == 2
    assert len(page.lines) == count_own_parts(HELPER) == 2
    assert page.lines[0].part.part_id == part_id
    assert (list_own_parts(OTHER).lines, count_own_parts(OTHER), count_own_parts(RESIDENT)) == ((), 0, 0)
    first = list_own_parts(HELPER, limit=1)
    second = list_own_parts(HELPER, limit=1, after=first.next)
    assert [first.lines[0].part.part_id, second.lines[0].part.part_id] == [line.part.part_id for line in page.lines]
    with pytest.raises(Forbidden):
        list_own_parts(DESPATCHER)


def test_parts_end_with_their_request(city):
    request_id, part_id = accepted()
    withdraw(actor=RESIDENT, request_id=request_id, now=NOW)
    with pytest.raises(PartStepRefused):
        give_contribution(actor=HELPER, part_id=part_id, words="查清了。", now=NOW)
    assert end_parts(request_id=request_id, now=NOW) == 1
    assert end_parts(request_id=request_id, now=NOW) == 0
    assert state(part_id) == PartState.ENDED


def test_a_given_part_is_not_lent_again_when_the_request_is_done_again(city):
    request_id, part_id = given()
    reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)
    reopen(actor=RESIDENT, request_id=request_id, words="还是不亮。", now=NOW)
    ServiceRequest.objects.filter(id=request_id).update(state="in_progress")
    assert get_own_part(actor=HELPER, part_id=part_id).request is None
    reply(actor=LEAD, request_id=request_id, words=ANSWER, now=NOW)


def test_urging_is_told_to_the_co_handler(city):
    _, part_id = asked()
    urge_part(actor=WATCH, part_id=part_id, words="请今天接受。", now=NOW)
    urge_part(actor=LEAD, part_id=part_id, words="市民在等。", now=NOW)
    own = get_own_part(actor=HELPER, part_id=part_id)
    assert own.part.urged_at == NOW
    assert [step.words for step in own.part.steps][-2:] == ["请今天接受。", "市民在等。"]
    with pytest.raises(Forbidden):
        urge_part(actor=DESPATCHER, part_id=part_id, words="快。", now=NOW)


def test_citizens_are_told_who_and_how_far_and_no_words(city):
    request_id, part_id = asked()
    lead, (told,) = list_told_parts(RESIDENT, request_id=request_id, level=0)
    assert (lead, told.agency, told.words) == ("长沙路灯", "长沙市政", "已请它协办，等它接受")
    decline_part(actor=HELPER, part_id=part_id, words="不归我们。", now=NOW)
    _, (told,) = list_told_parts(RESIDENT, request_id=request_id, level=0)
    assert told.words == "由谁协办，正在协调"
    assert list_told_parts(NEIGHBOUR, request_id=request_id, level=0) == ("", ())


def test_each_step_leaves_step_audit_and_event(city):
    _, part_id = given()
    assert list(PartStepTaken.objects.filter(part_id=part_id).order_by("version").values_list("version", "action")) == [
        (1, "ask"), (2, "accept"), (3, "give"),
    ]  # fmt: skip
    for action in ("ask", "accept", "give"):
        assert AuditRecord.objects.filter(action=f"service_requests.part_{action}", outcome="done").count() == 1
    moved = Event.objects.filter(name="service_requests.part_moved").order_by("aggregate_version")
    assert [each.payload["after"] for each in moved] == ["asked", "accepted", "given"]


@pytest.mark.parametrize("words", ["", "🙂" * 9, "字" * 40_000])
def test_odd_contributions_are_refused(city, words):
    _, part_id = accepted()
    with pytest.raises(DomainError):
        give_contribution(actor=HELPER, part_id=part_id, words=words, now=NOW)
    assert state(part_id) == PartState.ACCEPTED


def test_an_agency_of_another_city_has_no_part(city):
    _, part_id = asked()
    stranger = officer("service_requests.officer", account_id=5, agency_id=ROADS, region_code="430200")
    with pytest.raises(NotFound):
        accept_part(actor=stranger, part_id=part_id, now=NOW)
    assert handler(ROADS) != stranger
