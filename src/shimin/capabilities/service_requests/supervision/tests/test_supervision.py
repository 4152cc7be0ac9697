"""Supervision: the ladder, cards as lights turn and their appeals, call-backs that send a request back, and figures."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client

from shimin.capabilities.catalogue.tests.factories import OTHER_CITY
from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.public import (
    SUPERVISOR,
    Rating,
    StepRefused,
    accept,
    dispatch,
    get_request_for,
    rate_answer,
    reopen,
    reply,
    return_request,
    suspend,
)
from shimin.capabilities.service_requests.supervision.models import CallBack, Card
from shimin.capabilities.service_requests.supervision.operations.calling_back import is_drawn
from shimin.capabilities.service_requests.supervision.public import (
    AppealNotOpen,
    CallBackEnded,
    Grouping,
    LadderSkipped,
    appeal_card,
    count_figures,
    decide_appeal,
    draw_call_back,
    issue_cards,
    list_appeals,
    list_call_backs,
    list_cards_of,
    note_call,
    note_unreached,
    order,
    redo,
    reveal_phone,
    summon,
    urge,
)
from shimin.capabilities.service_requests.tests.factories import (
    CITY,
    DESPATCHER,
    RESIDENT,
    answered,
    dispatched,
    file,
    handler,
    head,
    in_progress,
)
from shimin.kernel import clock
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.models import AuditRecord, Event
from shimin.kernel.testing import citizen, count_statements, officer

pytestmark = pytest.mark.django_db
WATCH = officer(SUPERVISOR, account_id=941, region_code=CITY)
ELSEWHERE = officer(SUPERVISOR, account_id=942, region_code=OTHER_CITY)
DAY = timedelta(days=1)
WORKDAY = 3 * DAY  # the promises of these tests end on a Friday
_logins = count(1)


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch):
    """The clock stands, and nothing waits in the outbox."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    relay()


def relay(now=NOW) -> None:
    while relay_batch(now):
        continue


def row(receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(id=receipt.request_id)


def last_step(receipt) -> RequestStep:
    return RequestStep.objects.filter(request_id=receipt.request_id).order_by("-version")[0]


def due(receipt):
    return row(receipt).due_at


# The ladder


def test_from_urging_over_an_order_to_a_summons():
    receipt = in_progress()
    about: dict[str, Any] = {"actor": WATCH, "request_id": receipt.request_id, "now": NOW}
    with pytest.raises(LadderSkipped):
        order(**about, words="限期办结。", answer_by=date(2026, 11, 25))
    with pytest.raises(LadderSkipped):
        summon(**about, words="请来。")
    urge(**about, words="请尽快。")
    with pytest.raises(LadderSkipped):
        summon(**about, words="请来。")
    order(**about, words="限期办结，书面说明。", answer_by=date(2026, 11, 25))
    summon(**about, words="周五九点，三号会议室。")
    urge(**about, words="再催一次。")
    assert row(receipt).rung == 3
    assert AuditRecord.objects.filter(target_id=receipt.request_id, outcome="refused").count() == 3
    assert AuditRecord.objects.filter(action="service_requests.summon", outcome="done").count() == 1
    relay()
    told = list(Notice.objects.filter(account_id=701).values_list("template", flat=True))
    assert told.count("service_requests.supervised") == 1
    seen = get_request_for(actor=RESIDENT, request_id=receipt.request_id).steps
    assert [step.title for step in seen].count("督查部门督办") == 1
    assert not any("书面说明" in f"{step.words}{step.details}" for step in seen)
    assert not any(step.title in ("催办", "约谈") for step in seen)


@pytest.mark.parametrize("answer_by", [date(2026, 11, 21), date(2027, 3, 1)])
def test_an_order_names_a_day_to_come(answer_by):
    receipt = in_progress()
    urge(actor=WATCH, request_id=receipt.request_id, words="请尽快。", now=NOW)
    with pytest.raises(InvalidInput):
        order(actor=WATCH, request_id=receipt.request_id, words="限期。", answer_by=answer_by, now=NOW)


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (handler(7_001), Forbidden), (head(7_001), Forbidden), (DESPATCHER, Forbidden), (ELSEWHERE, NotFound),
        (RESIDENT, NotFound), (officer("catalogue.editor", region_code=CITY), NotFound),
    ],
)  # fmt: skip
def test_only_the_city_s_supervisor_climbs_it(actor, refusal):
    receipt = in_progress()
    with pytest.raises(refusal):
        urge(actor=actor, request_id=receipt.request_id, words="请尽快。", now=NOW)


def test_what_is_answered_is_not_urged():
    with pytest.raises(StepRefused):
        urge(actor=WATCH, request_id=answered().request_id, words="请尽快。", now=NOW)


# Cards


def cards(receipt):
    return [
        (card.light, card.level) for card in Card.objects.filter(request_id=receipt.request_id).order_by("issued_at")
    ]


def test_lights_that_turn_are_cards_once_and_urge_once():
    receipt, fresh = in_progress(), in_progress(now=NOW + 3 * DAY)
    ends = due(receipt)
    assert issue_cards(ends - timedelta(seconds=1)) == 0
    assert issue_cards(ends) == 1
    assert issue_cards(ends + timedelta(hours=1)) == 0
    assert cards(receipt) == [("yellow", 0)]
    urged = RequestStep.objects.get(request_id=receipt.request_id, action="urge")
    assert (urged.actor_kind, urged.account_id, row(receipt).rung) == ("system", None, 1)
    assert issue_cards(ends + WORKDAY) == 1
    assert cards(receipt) == [("yellow", 0), ("red", 0)]
    assert RequestStep.objects.filter(request_id=receipt.request_id, action="urge").count() == 1
    assert cards(fresh) == []
    assert Event.objects.filter(name="service_requests.card_issued").count() == 2
    assert AuditRecord.objects.filter(action="service_requests.issue_card").count() == 2


def test_a_worker_that_was_away_issues_them_with_their_own_times():
    receipt = in_progress()
    ends = due(receipt)
    assert issue_cards(ends + 30 * DAY) == 2
    yellow, red = Card.objects.filter(request_id=receipt.request_id).order_by("issued_at")
    assert (yellow.light, yellow.issued_at, red.issued_at) == ("yellow", ends, ends + WORKDAY)


def test_a_suspended_clock_gets_none():
    receipt = in_progress()
    suspend(
        actor=handler(7_001), request_id=receipt.request_id, words="等材料。", look_again_date=date(2027, 3, 1), now=NOW
    )
    assert issue_cards(NOW + 60 * DAY) == 0


def test_an_answer_that_came_late_has_its_card_though_nobody_looked():
    late, in_time = in_progress(), in_progress()
    ends = due(late)
    reply(actor=handler(7_001), request_id=in_time.request_id, words="已修好。", now=ends - timedelta(seconds=1))
    reply(actor=handler(7_001), request_id=late.request_id, words="已修好。", now=ends)
    relay()
    relay()
    assert (cards(late), cards(in_time)) == ([("yellow", 0)], [])


def test_each_round_has_its_own_cards():
    receipt = in_progress()
    issue_cards(due(receipt))
    later = due(receipt) + timedelta(hours=1)
    reply(actor=handler(7_001), request_id=receipt.request_id, words="已修好。", now=later)
    reopen(actor=RESIDENT, request_id=receipt.request_id, words="没有修好。", now=later)
    issue_cards(due(receipt) + 5 * DAY)
    relay()
    assert sorted(cards(receipt)) == [("red", 1), ("yellow", 0), ("yellow", 1)]


def test_more_late_requests_than_a_page(monkeypatch):
    monkeypatch.setattr("shimin.capabilities.service_requests.supervision.operations.carding.PAGE", 2)
    receipts = [in_progress(actor=citizen(account_id=1_000 + number)) for number in range(5)]
    assert issue_cards(due(receipts[0])) == 5
    assert issue_cards(due(receipts[0])) == 0


def card_of(receipt) -> int:
    issue_cards(due(receipt))
    return int(Card.objects.get(request_id=receipt.request_id).id)


def test_the_agency_appeals_once_and_the_supervisor_decides_once():
    receipt = in_progress()
    card_id = card_of(receipt)
    assert list_appeals(WATCH) == ()
    appeal_card(actor=handler(7_001), card_id=card_id, words="系统停机两小时。", now=NOW)
    with pytest.raises(AppealNotOpen):
        appeal_card(actor=head(7_001), card_id=card_id, words="再说一次。", now=NOW)
    assert [(each.card_id, each.appeal_words) for each in list_appeals(WATCH)] == [(card_id, "系统停机两小时。")]
    assert list_appeals(ELSEWHERE) == ()
    decide_appeal(actor=WATCH, card_id=card_id, is_lifted=True, words="情况属实。", now=NOW)
    with pytest.raises(AppealNotOpen):
        decide_appeal(actor=WATCH, card_id=card_id, is_lifted=False, words="改主意。", now=NOW)
    with pytest.raises(NotFound):  # what is decided is out of the agency's hands
        appeal_card(actor=handler(7_001), card_id=card_id, words="再来。", now=NOW)
    (seen,) = list_cards_of(handler(7_001), receipt.request_id)
    assert (seen.appeal_state, seen.decision_words) == ("lifted", "情况属实。")
    assert list_cards_of(handler(7_002), receipt.request_id) == ()
    assert figures()[0].yellow == 0
    assert AuditRecord.objects.filter(action__in=["service_requests.appeal_card", "service_requests.decide_appeal"])


def test_nobody_else_appeals_or_decides():
    card_id = card_of(in_progress())
    for actor in (handler(7_002), ELSEWHERE, RESIDENT):
        with pytest.raises(NotFound):
            appeal_card(actor=actor, card_id=card_id, words="不服。", now=NOW)
    for actor in (WATCH, DESPATCHER):
        with pytest.raises(Forbidden):
            appeal_card(actor=actor, card_id=card_id, words="不服。", now=NOW)
    appeal_card(actor=head(7_001), card_id=card_id, words="不服。", now=NOW)
    for actor in (handler(7_001), head(7_001), DESPATCHER):
        with pytest.raises(Forbidden):
            decide_appeal(actor=actor, card_id=card_id, is_lifted=True, words="好。", now=NOW)
    with pytest.raises(InvalidInput):
        decide_appeal(actor=WATCH, card_id=card_id, is_lifted=True, words="", now=NOW)


def test_the_dispatcher_appeals_what_waited_for_dispatch():
    card_id = card_of(file())
    with pytest.raises(NotFound):
        appeal_card(actor=handler(7_001), card_id=card_id, words="不服。", now=NOW)
    appeal_card(actor=DESPATCHER, card_id=card_id, words="当天系统停机。", now=NOW)


# Call-backs


def drawn(receipt, **more) -> CallBack:
    """Make sure that a request is among those called back."""
    ServiceRequest.objects.filter(id=receipt.request_id).update(wants_contact=True)
    draw_call_back(request_id=receipt.request_id, now=NOW)
    return CallBack.objects.get(request_id=receipt.request_id, level=row(receipt).level)


def test_the_share_that_is_drawn_is_the_share_asked_for_and_stays():
    shares = [is_drawn(number, 0, 0.2) for number in range(5_000)]
    assert 900 < sum(shares) < 1_100
    assert shares == [is_drawn(number, 0, 0.2) for number in range(5_000)]
    assert not any(is_drawn(number, 0, 0.0) for number in range(1_000))
    assert all(is_drawn(number, 0, 1.0) for number in range(1_000))


def test_who_wants_contact_is_called_and_once_for_each_round():
    receipt = answered()
    rate_answer(actor=RESIDENT, request_id=receipt.request_id, rating=Rating.DISSATISFIED, wants_contact=True, now=NOW)
    relay()
    relay()
    assert [call.request_id for call in list_call_backs(WATCH)] == [receipt.request_id]
    assert not draw_call_back(request_id=receipt.request_id, now=NOW)
    assert list_call_backs(handler(7_001)) == list_call_backs(ELSEWHERE) == ()


def test_what_is_not_solved_goes_back_to_its_agency():
    receipt = answered(contact_phone="13812345678")
    call = drawn(receipt)
    about: dict[str, Any] = {"actor": WATCH, "call_back_id": call.id, "now": NOW}
    assert reveal_phone(**about) == "13812345678"
    assert AuditRecord.objects.filter(action="service_requests.reveal_phone", account_id=941).count() == 1
    with pytest.raises(InvalidInput):
        note_call(**about, is_responded=True, is_solved=False, rating=Rating.DISSATISFIED, wants_redo=True)
    with pytest.raises(InvalidInput):
        note_call(**about, is_responded=True, is_solved=True, rating=Rating.SATISFIED, words="好", wants_redo=True)
    note_call(
        **about, is_responded=True, is_solved=False, rating=Rating.DISSATISFIED, words="灯还是不亮。", wants_redo=True
    )
    with pytest.raises(CallBackEnded):
        note_call(**about, is_responded=True, is_solved=True, rating=Rating.SATISFIED)
    with pytest.raises(CallBackEnded):
        reveal_phone(**about)
    relay()
    found = row(receipt)
    assert (found.state, found.level, found.agency_id) == ("dispatched", 1, 7_001)
    assert (found.rating, found.ended_at) == ("", None)
    assert found.due_at > NOW
    assert not redo(call_back_id=call.id, now=NOW)
    assert Notice.objects.filter(template="service_requests.redone", account_id=701).count() == 1
    accept(actor=handler(7_001), request_id=receipt.request_id, now=NOW)
    reply(actor=handler(7_001), request_id=receipt.request_id, words="换了灯。", now=NOW)


def test_reopened_meanwhile_it_is_not_given_back_too():
    receipt = answered()
    call = drawn(receipt)
    note_call(
        actor=WATCH, call_back_id=call.id, is_responded=True, is_solved=False, rating=Rating.DISSATISFIED,
        words="没有好。", wants_redo=True, now=NOW,
    )  # fmt: skip
    reopen(actor=RESIDENT, request_id=receipt.request_id, words="没有好。", now=NOW)
    relay()
    assert (row(receipt).state, row(receipt).level) == ("filed", 1)


def test_three_tries_and_it_is_given_up():
    call = drawn(answered())
    assert [note_unreached(actor=WATCH, call_back_id=call.id, now=NOW) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(CallBackEnded):
        note_unreached(actor=WATCH, call_back_id=call.id, now=NOW)
    for actor in (handler(7_001), ELSEWHERE, RESIDENT, DESPATCHER):
        with pytest.raises(NotFound):
            reveal_phone(actor=actor, call_back_id=call.id, now=NOW)


# Figures


def figures(by=None, **more):
    about: dict[str, Any] = {
        "city_code": CITY,
        "starts_at": NOW - 30 * DAY,
        "ends_at": NOW + 30 * DAY,
        "now": NOW + 30 * DAY,
        **more,
    }
    return count_figures(WATCH, by=by, **about)


def test_figures_say_what_was_done():
    in_time, late, open_, returned = answered(), in_progress(), in_progress(agency_id=7_002), dispatched()
    reply(actor=handler(7_001), request_id=late.request_id, words="已修好。", now=due(late) + 3 * DAY)
    return_request(actor=handler(7_001), request_id=returned.request_id, words="不归我们。", now=NOW)
    dispatch(actor=DESPATCHER, request_id=returned.request_id, agency_id=7_002, now=NOW)
    relay()
    issue_cards(NOW + 30 * DAY)
    note_call(
        actor=WATCH,
        call_back_id=drawn(late).id,
        is_responded=True,
        is_solved=False,
        rating=Rating.DISSATISFIED,
        now=NOW,
    )
    rate_answer(actor=RESIDENT, request_id=in_time.request_id, rating=Rating.VERY_SATISFIED, now=NOW)
    (whole,) = figures()
    assert (whole.filed, whole.ended, whole.in_time, whole.open, whole.late) == (4, 2, 1, 2, 2)
    assert (whole.returned, whole.redone, whole.yellow, whole.red, whole.urged) == (1, 0, 3, 3, 2)
    assert (whole.reached, whole.responded, whole.solved, whole.rated, whole.satisfied) == (1, 1, 0, 2, 1)
    assert whole.median_days == pytest.approx(((due(late) - NOW).total_seconds() / 86_400 + 3) / 2)
    by_agency = {each.key: each.filed for each in figures(Grouping.AGENCY)}
    assert by_agency == {"7001": 2, "7002": 2}
    assert {each.key for each in figures(Grouping.WEEK)} == {"2026-11-16"}
    assert sum(each.filed for each in figures(Grouping.CATEGORY)) == 4
    assert {each.key for each in figures(Grouping.DISTRICT)} == {row(open_).region_code}
    assert [each.filed for each in figures(agency_id=7_002)] == [2]
    assert figures(category="没有这一类") == ()
    assert figures(ends_at=NOW - DAY) == ()
    with count_statements() as seen:
        figures(Grouping.AGENCY)
    assert seen.count == 1


@pytest.mark.parametrize("actor", [handler(7_001), DESPATCHER, ELSEWHERE, RESIDENT])
def test_figures_are_for_the_city_s_supervisor(actor):
    with pytest.raises(Forbidden):
        count_figures(actor, city_code=CITY, by=None, starts_at=NOW, ends_at=NOW, now=NOW)


# Pages


def enter(role: str, agency_id: int | None = None) -> Client:
    browser = Client()
    browser.cookies["shimin_desk"] = make_officer(
        f"service_requests.{role}", login=f"watch-{next(_logins)}", agency_id=agency_id, region_code=CITY
    ).token
    return browser


def text(answer) -> str:
    return str(answer.content.decode())


def test_the_supervisor_s_pages():
    receipt = in_progress(now=NOW - 20 * DAY)
    issue_cards(NOW)
    watch, agency = enter("supervisor"), enter("officer", 7_001)
    page = f"/desk/requests/{receipt.request_id}"
    assert "红牌" in text(agency.get(page))
    assert receipt.number in text(agency.get("/desk/requests/supervised"))
    assert agency.post(f"{page}/order", {"words": "自己督办。", "answer_by": "2026-12-20"}).status_code == 403
    assert watch.post(f"{page}/order", {"words": "限期办结。", "answer_by": ""}).status_code == 422
    assert watch.post(f"{page}/order", {"words": "限期办结。", "answer_by": "2026-12-20"}).status_code == 302
    assert "限期办结" in text(agency.get(page))
    assert receipt.number in text(watch.get("/desk/requests/watched"))
    card = Card.objects.filter(request_id=receipt.request_id).order_by("issued_at")[0]
    assert agency.post(f"{page}/cards/{card.id}", {"words": "停机。"}).status_code == 302
    assert "停机。" in text(watch.get("/desk/supervision/appeals"))
    decide = f"/desk/supervision/appeals/{card.id}"
    assert watch.post(decide, {"outcome": "", "words": ""}).status_code == 422
    assert agency.post(decide, {"outcome": "lift", "words": "好。"}).status_code == 403
    assert watch.post(decide, {"outcome": "lift", "words": "属实。"}).status_code == 302
    assert "申诉后撤销" in text(agency.get(page))
    reply(actor=handler(7_001), request_id=receipt.request_id, words="修好了。", now=NOW)
    call = drawn(receipt)
    assert "回访" in text(watch.get("/desk/supervision/calls"))
    assert "没有留电话" in text(watch.post(f"/desk/supervision/calls/{call.id}/phone"))
    assert watch.post(f"/desk/supervision/calls/{call.id}/unreached").status_code == 302
    said = {"responded": "yes", "solved": "no", "rating": "dissatisfied", "words": "", "redo": "on"}
    assert watch.post(f"/desk/supervision/calls/{call.id}/reached", said).status_code == 422
    assert watch.post(f"/desk/supervision/calls/{call.id}/reached", said | {"words": "不亮。"}).status_code == 302
    assert agency.get("/desk/supervision/calls").status_code == 403


def test_the_report_as_page_and_as_signed_paper():
    answered()
    watch = enter("supervisor")
    for by in Grouping:
        shown = text(watch.get(f"/desk/supervision?from=2026-11-01&to=2026-11-30&by={by}"))
        assert "按时办结率" in shown
        assert "督查报告" in shown
    assert "督查周报" in text(watch.get("/desk/supervision?from=2026-11-16&to=2026-11-22"))
    assert "督查专报" in text(watch.get("/desk/supervision?from=2026-11-16&to=2026-11-22&agency=7001"))
    assert "这段时间没有诉求" in text(watch.get("/desk/supervision?from=2020-01-01&to=2020-01-07"))
    for wrong in ("from=x", "from=2026-12-02&to=2026-12-01", "from=1990-01-01&to=2026-01-01"):
        assert watch.get(f"/desk/supervision?{wrong}").status_code == 422
    paper = watch.get("/desk/supervision/report.pdf?from=2026-11-16&to=2026-11-22")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert b"/Type /Sig" in paper.content or b"/Sig" in paper.content
    assert watch.get("/desk/supervision/report.pdf?from=2020-01-01&to=2020-01-07").status_code == 200
    assert watch.get("/desk/supervision?city=430200").status_code == 403
    for role in ("officer", "dispatcher"):
        assert enter(role).get("/desk/supervision").status_code == 403
        assert enter(role).get("/desk/supervision/report.pdf").status_code == 403


def test_a_backlog_is_worked_off_in_portions():
    receipts = [in_progress(actor=citizen(account_id=2_000 + number)) for number in range(5)]
    ends = due(receipts[0]) + WORKDAY
    assert [issue_cards(ends, most=4) for _ in range(4)] == [4, 4, 2, 0]
    assert Card.objects.count() == 10
