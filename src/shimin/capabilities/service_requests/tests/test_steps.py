"""The life of a request at its public face: each step by who may take it, from where, with its effect on the clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.models import Reporter, ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import SameAgencyAgain
from shimin.capabilities.service_requests.operations.handling import (
    ExtensionNotOpen,
    ExtensionTooLong,
    ReturnForbidden,
    ReturnTooLate,
    SecondPersonNeeded,
)
from shimin.capabilities.service_requests.public import (
    Action,
    HighestLevel,
    MergeRefused,
    Rating,
    RequestKind,
    StepRefused,
    accept,
    add_facts,
    add_note,
    approve_extension,
    arbitrate,
    ask_extension,
    classify,
    close_unrated,
    decline,
    dispatch,
    draft_reply,
    follow_merge,
    get_desk_request,
    get_request_for,
    merge,
    publish_answer,
    rate_answer,
    refuse_extension,
    release_reply,
    reopen,
    reply,
    reply_interim,
    resume,
    resume_due,
    return_request,
    send_back_draft,
    suspend,
    tell_filed,
    tell_step,
    withdraw,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    NEIGHBOUR,
    RESIDENT,
    answered,
    dispatched,
    file,
    handler,
    head,
    in_progress,
)
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.calendar.deadlines import DeadlinePassed
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def row(receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(id=receipt.request_id)


def actions(receipt) -> list[str]:
    return list(row(receipt).steps.order_by("version").values_list("action", flat=True))


def test_from_filing_to_rating(city):
    receipt = answered()
    rate_answer(actor=RESIDENT, request_id=receipt.request_id, rating=Rating.SATISFIED, now=NOW)
    assert actions(receipt) == ["file", "dispatch", "accept", "reply", "rate"]
    done = row(receipt)
    assert (done.state, done.rating, done.answer, done.ended_at) == ("closed", "satisfied", "路灯已经修好。", NOW)
    assert [step.version for step in done.steps.order_by("version")] == [1, 2, 3, 4, 5]


def test_a_step_is_two_statements(city):
    receipt = dispatched()
    with count_statements() as seen:
        accept(actor=handler(city.lights), request_id=receipt.request_id, now=NOW)
    writes = [text for text in seen.statements if "service_requests" in text]
    assert len(writes) == 2


def test_every_step_has_its_audit_row_and_event(city):
    receipt = answered()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action FROM kernel_audit WHERE target = 'request' AND target_id = %s", [receipt.request_id]
        )
        assert {action for (action,) in cursor.fetchall()} == {
            f"service_requests.{action}" for action in ("file", "dispatch", "accept", "reply")
        }
        cursor.execute(
            "SELECT aggregate_version, name FROM kernel_event WHERE aggregate_id = %s ORDER BY 1", [receipt.request_id]
        )
        assert [version for version, _ in cursor.fetchall()] == [1, 2, 3, 4]


def test_returned_within_a_day_goes_to_another_agency(city):
    receipt = dispatched()
    return_request(
        actor=handler(city.lights), request_id=receipt.request_id, words="属于市政设施。", now=NOW + 23 * HOUR
    )
    with pytest.raises(SameAgencyAgain):
        dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.lights, now=NOW + 24 * HOUR)
    dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.roads, now=NOW + 24 * HOUR)
    accept(actor=handler(city.roads), request_id=receipt.request_id, now=NOW + 25 * HOUR)
    assert (row(receipt).agency_id, row(receipt).returns) == (city.roads, 1)


def test_a_return_after_a_day_is_too_late(city):
    receipt = dispatched()
    with pytest.raises(ReturnTooLate):
        return_request(
            actor=handler(city.lights), request_id=receipt.request_id, words="不是我们。",
            now=NOW + timedelta(hours=24, seconds=1),
        )  # fmt: skip


def test_a_return_needs_a_reason(city):
    receipt = dispatched()
    with pytest.raises(InvalidInput):
        return_request(actor=handler(city.lights), request_id=receipt.request_id, words="  ", now=NOW)


def test_what_was_arbitrated_cannot_be_returned_again(city):
    receipt = dispatched()
    return_request(actor=handler(city.lights), request_id=receipt.request_id, words="不是我们。", now=NOW)
    arbitrate(
        actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.lights, words="按三定方案归路灯。", now=NOW
    )
    with pytest.raises(ReturnForbidden):
        return_request(actor=handler(city.lights), request_id=receipt.request_id, words="还是不是。", now=NOW)


def test_opinions_between_offices_are_not_told_to_the_citizen(city):
    receipt = dispatched()
    return_request(actor=handler(city.lights), request_id=receipt.request_id, words="属于市政设施。", now=NOW)
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert "属于市政设施" not in repr(view)
    desk = get_desk_request(actor=DESPATCHER, request_id=receipt.request_id)
    assert desk.steps[-1].details["reason"] == "属于市政设施。"


@pytest.mark.parametrize("agency", ["elsewhere", None])
def test_dispatches_to_agencies_of_the_city_only(city, agency):
    receipt = file()
    with pytest.raises(InvalidInput):
        dispatch(
            actor=DESPATCHER, request_id=receipt.request_id,
            agency_id=getattr(city, agency) if agency else 42, now=NOW,
        )  # fmt: skip


def test_an_extension_is_asked_for_and_approved_by_somebody_else(city):
    receipt = in_progress(kind=RequestKind.COMPLAINT)
    writer = handler(city.lights)
    ask_extension(actor=writer, request_id=receipt.request_id, amount=5, words="要等设备到货。", now=NOW)
    with pytest.raises(ExtensionNotOpen):
        ask_extension(actor=writer, request_id=receipt.request_id, amount=1, words="再来。", now=NOW)
    with pytest.raises(SecondPersonNeeded):
        approve_extension(actor=head(city.lights, account_id=911), request_id=receipt.request_id, now=NOW)
    approve_extension(actor=head(city.lights), request_id=receipt.request_id, now=NOW)
    after = row(receipt)
    assert after.due_at - receipt.due_at == timedelta(days=7)
    assert after.extension is None
    with pytest.raises(ExtensionTooLong):
        ask_extension(actor=writer, request_id=receipt.request_id, amount=1, words="还要。", now=NOW)


def test_an_extension_comes_before_expiry_or_not_at_all(city):
    receipt = in_progress(kind=RequestKind.COMPLAINT)
    with pytest.raises(DeadlinePassed):
        ask_extension(
            actor=handler(city.lights), request_id=receipt.request_id, amount=1, words="晚了。", now=receipt.due_at
        )
    ask_extension(
        actor=handler(city.lights), request_id=receipt.request_id, amount=1, words="差一点。", now=receipt.due_at - HOUR
    )
    with pytest.raises(DeadlinePassed):
        approve_extension(actor=head(city.lights), request_id=receipt.request_id, now=receipt.due_at)
    refuse_extension(
        actor=head(city.lights), request_id=receipt.request_id, words="请抓紧。", now=receipt.due_at + HOUR
    )
    assert row(receipt).due_at == receipt.due_at


def test_suspended_the_clock_stands_and_the_citizen_sees_why(city):
    receipt = in_progress(kind=RequestKind.COMPLAINT)
    suspend(
        actor=handler(city.lights), request_id=receipt.request_id, words="等道路改造完工，明年三月再装。",
        look_again_date=date(2026, 12, 20), now=NOW,
    )  # fmt: skip
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert (view.clock.is_running, view.clock.note) == (False, "等道路改造完工，明年三月再装。")
    assert resume_due(NOW) == 0
    day = NOW.replace(month=12, day=20)
    assert resume_due(day) == 1
    assert resume_due(day) == 0
    after = row(receipt)
    assert (after.state, after.is_clock_running) == ("in_progress", True)
    assert after.due_at > receipt.due_at + timedelta(days=20)


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 1, 1), date(2028, 1, 1)])
def test_a_day_to_look_again_lies_ahead(city, day):
    receipt = in_progress()
    with pytest.raises(InvalidInput):
        suspend(actor=handler(city.lights), request_id=receipt.request_id, words="等。", look_again_date=day, now=NOW)


def test_a_reply_can_need_a_second_person(city):
    receipt = in_progress()
    writer = handler(city.lights)
    draft_reply(actor=writer, request_id=receipt.request_id, words="初稿。", now=NOW)
    assert get_request_for(actor=RESIDENT, request_id=receipt.request_id).answer == ""
    send_back_draft(actor=head(city.lights), request_id=receipt.request_id, words="写清楚时间。", now=NOW)
    draft_reply(actor=writer, request_id=receipt.request_id, words="11月20日已修好。", now=NOW)
    with pytest.raises(SecondPersonNeeded):
        release_reply(actor=head(city.lights, account_id=911), request_id=receipt.request_id, now=NOW)
    release_reply(actor=head(city.lights), request_id=receipt.request_id, now=NOW)
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert (view.answer, view.state) == ("11月20日已修好。", "answered")
    assert "写清楚时间" not in repr(view)


def test_a_bad_rating_asks_for_contact_and_reopens_one_level_higher(city):
    receipt = answered()
    rate_answer(
        actor=RESIDENT, request_id=receipt.request_id, rating=Rating.DISSATISFIED, words="还是不亮。",
        wants_contact=True, now=NOW,
    )  # fmt: skip
    assert row(receipt).wants_contact
    later = NOW + timedelta(days=2)
    reopen(actor=RESIDENT, request_id=receipt.request_id, words="根本没修。", now=later)
    again = row(receipt)
    assert (again.state, again.level, again.rating, again.ended_at) == ("filed", 1, "", None)
    assert again.due_at > later
    assert actions(receipt)[-2:] == ["rate", "reopen"]
    dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.lights, now=later)


def test_levels_end(city):
    receipt = answered()
    for level in range(3):
        reopen(actor=RESIDENT, request_id=receipt.request_id, words=f"第{level}次。", now=NOW)
        dispatch(actor=DESPATCHER, request_id=receipt.request_id, agency_id=city.lights, now=NOW)
        accept(actor=handler(city.lights), request_id=receipt.request_id, now=NOW)
        reply(actor=handler(city.lights), request_id=receipt.request_id, words="好了。", now=NOW)
    with pytest.raises(HighestLevel):
        reopen(actor=RESIDENT, request_id=receipt.request_id, words="又来。", now=NOW)


def test_contact_is_for_bad_ratings_only(city):
    receipt = answered()
    rate_answer(actor=RESIDENT, request_id=receipt.request_id, rating=Rating.SATISFIED, wants_contact=True, now=NOW)
    assert not row(receipt).wants_contact


def test_number_and_code_take_the_steps_of_who_has_no_account(city):
    receipt = answered(actor=ANONYMOUS)
    number, code = receipt.number, receipt.query_code
    with pytest.raises(NotFound):
        rate_answer(actor=ANONYMOUS, request_id=receipt.request_id, rating=Rating.SATISFIED, now=NOW)
    other = file(actor=ANONYMOUS)
    with pytest.raises(NotFound):
        withdraw(actor=ANONYMOUS, request_id=other.request_id, now=NOW, number=number, code=code)
    rate_answer(
        actor=ANONYMOUS, request_id=receipt.request_id, rating=Rating.SATISFIED, now=NOW, number=number, code=code
    )
    assert row(receipt).state == "closed"


def test_facts_are_added_and_an_open_request_is_withdrawn(city):
    receipt = in_progress()
    add_facts(actor=RESIDENT, request_id=receipt.request_id, words="现在有两盏不亮。", now=NOW)
    withdraw(actor=RESIDENT, request_id=receipt.request_id, now=NOW)
    with pytest.raises(StepRefused):
        add_facts(actor=RESIDENT, request_id=receipt.request_id, words="再补充。", now=NOW)
    assert row(receipt).state == "withdrawn"


def test_a_stranger_takes_no_step(city):
    receipt = in_progress()
    for stranger in (NEIGHBOUR, ANONYMOUS, handler(city.roads), handler(city.elsewhere)):
        with pytest.raises(NotFound):
            reply(actor=stranger, request_id=receipt.request_id, words="假的。", now=NOW)
    with pytest.raises(NotFound):
        withdraw(actor=NEIGHBOUR, request_id=receipt.request_id, now=NOW)
    assert row(receipt).state == "in_progress"


def test_a_dispatcher_sees_but_does_not_answer(city):
    receipt = in_progress()
    with pytest.raises(Forbidden):
        reply(actor=DESPATCHER, request_id=receipt.request_id, words="假的。", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM kernel_audit WHERE action = 'service_requests.reply'")
        assert cursor.fetchall() == [("refused",)]


def test_a_role_counts_for_its_own_grant_only(city):
    """Officer of one agency and reviewer of another: neither role reaches over."""
    receipt = in_progress()
    both = officer("service_requests.reviewer", account_id=930, agency_id=city.lights, region_code=CITY)
    more = officer("service_requests.officer", account_id=930, agency_id=city.roads, region_code=CITY)
    mixed = type(both)(kind=both.kind, account_id=930, grants=(*both.grants, *more.grants))
    with pytest.raises(Forbidden):
        reply(actor=mixed, request_id=receipt.request_id, words="越权。", now=NOW)


def test_the_same_step_twice_is_refused(city):
    receipt = dispatched()
    accept(actor=handler(city.lights), request_id=receipt.request_id, now=NOW)
    with pytest.raises(StepRefused):
        accept(actor=handler(city.lights, account_id=912), request_id=receipt.request_id, now=NOW)


def test_declined_with_a_reason_and_a_way_on(city):
    receipt = file()
    decline(actor=DESPATCHER, request_id=receipt.request_id, words="已进入诉讼程序，请向法院反映。", now=NOW)
    view = get_request_for(actor=RESIDENT, request_id=receipt.request_id)
    assert (view.state, view.answer) == ("declined", "已进入诉讼程序，请向法院反映。")


def test_a_person_corrects_what_the_reader_proposed(city):
    receipt = file()
    classify(actor=SYSTEM, request_id=receipt.request_id, category="交通运输", now=NOW)
    classify(actor=DESPATCHER, request_id=receipt.request_id, category="城乡建设", kind=RequestKind.COMPLAINT, now=NOW)
    assert (row(receipt).category, row(receipt).category_by, row(receipt).request_kind) == (
        "城乡建设", "officer", "complaint",
    )  # fmt: skip
    assert row(receipt).due_at == receipt.due_at


def test_duplicates_are_merged_and_everybody_hears_of_it(city):
    main, double = in_progress(), file(actor=NEIGHBOUR)
    merge(actor=DESPATCHER, request_id=double.request_id, into_id=main.request_id, now=NOW)
    assert follow_merge(request_id=double.request_id, now=NOW) == 1
    assert follow_merge(request_id=double.request_id, now=NOW) == 0
    assert sorted(Reporter.objects.filter(request_id=main.request_id).values_list("account_id", "role")) == [
        (701, "filer"), (702, "merged"),
    ]  # fmt: skip
    joined = get_request_for(actor=NEIGHBOUR, request_id=main.request_id)
    assert (joined.is_filer, joined.words, joined.query_code) == (False, "", "")
    step_id = reply(actor=handler(city.lights), request_id=main.request_id, words="修好了。", now=NOW)
    assert tell_step(request_id=main.request_id, step_id=step_id, now=NOW) == 2
    assert sorted(Notice.objects.filter(template="service_requests.answered").values_list("account_id", flat=True)) == [
        701, 702,
    ]  # fmt: skip


def test_merges_into_open_requests_of_the_city_only(city):
    one, closed = file(), answered()
    for other in (one.request_id, closed.request_id, 42):
        with pytest.raises(MergeRefused):
            merge(actor=DESPATCHER, request_id=one.request_id, into_id=other, now=NOW)


def test_a_published_answer_names_nobody(city):
    receipt = answered()
    publish_answer(
        actor=head(city.lights), request_id=receipt.request_id, words="问：王某13812345678。答：好。", now=NOW
    )
    assert "13812345678" not in row(receipt).published_answer
    secret = answered(is_confidential=True)
    with pytest.raises(InvalidInput):
        publish_answer(actor=head(city.lights), request_id=secret.request_id, words="问答。", now=NOW)


def test_a_name_is_kept_from_the_handler_on_request(city):
    receipt = in_progress(is_confidential=True, contact_phone="13812345678")
    assert get_desk_request(actor=handler(city.lights), request_id=receipt.request_id).reporters == ()
    known = get_desk_request(actor=DESPATCHER, request_id=receipt.request_id).reporters
    assert [each.phone for each in known] == ["138****5678"]
    plain = in_progress(contact_phone="13812345678")
    assert get_desk_request(actor=handler(city.lights), request_id=plain.request_id).reporters[0].phone == "138****5678"


def test_notes_stay_inside(city):
    receipt = in_progress()
    add_note(actor=handler(city.lights), request_id=receipt.request_id, words="此人常来电。", now=NOW)
    assert "常来电" not in repr(get_request_for(actor=RESIDENT, request_id=receipt.request_id))
    assert get_desk_request(actor=DESPATCHER, request_id=receipt.request_id).notes[0].words == "此人常来电。"
    with pytest.raises(NotFound):
        add_note(actor=handler(city.roads), request_id=receipt.request_id, words="越权。", now=NOW)


def test_an_interim_reply_changes_nothing_but_is_told(city):
    receipt = in_progress()
    step_id = reply_interim(actor=handler(city.lights), request_id=receipt.request_id, words="配件明天到。", now=NOW)
    assert tell_step(request_id=receipt.request_id, step_id=step_id, now=NOW) == 1
    assert get_request_for(actor=RESIDENT, request_id=receipt.request_id).steps[-1].words == "配件明天到。"


def test_the_filing_is_confirmed(city):
    assert tell_filed(request_id=file().request_id, now=NOW) == 1
    assert tell_filed(request_id=file(actor=ANONYMOUS).request_id, now=NOW) == 0


def test_unrated_answers_close_after_fifteen_days(city):
    receipt = answered()
    assert close_unrated(NOW + timedelta(days=15)) == 0
    assert close_unrated(NOW + timedelta(days=15, seconds=1)) == 1
    reopen(actor=RESIDENT, request_id=receipt.request_id, words="没修好。", now=NOW + timedelta(days=16))


def test_the_desk_offers_what_the_table_allows(city):
    receipt = dispatched()
    assert set(get_desk_request(actor=handler(city.lights), request_id=receipt.request_id).actions) == {
        Action.CLASSIFY, Action.ACCEPT, Action.RETURN, Action.MERGE, Action.SPLIT,
    }  # fmt: skip
    assert Action.REPLY not in get_desk_request(actor=DESPATCHER, request_id=receipt.request_id).actions


def test_resumes_by_hand(city):
    receipt = in_progress()
    suspend(
        actor=handler(city.lights), request_id=receipt.request_id, words="等。", look_again_date=date(2026, 12, 20),
        now=NOW,
    )  # fmt: skip
    resume(actor=handler(city.lights), request_id=receipt.request_id, now=NOW + HOUR)
    assert row(receipt).look_again_date is None
