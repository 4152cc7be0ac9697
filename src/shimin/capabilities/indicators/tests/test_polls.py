"""Polls: one answer each, no row that says who chose what, nothing told before the end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client

from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.identity.web import cookies
from shimin.capabilities.indicators.domain.polls import ChannelResult, Electorate, PollPhase, PollState, result_of
from shimin.capabilities.indicators.models import Poll, PollCount, PollVoter
from shimin.capabilities.indicators.public import (
    POLLSTER,
    AlreadyVoted,
    PollChanged,
    PollClosed,
    PollDraft,
    change_poll,
    draft_poll,
    erase_votes,
    export_votes,
    find_result,
    forget_voters,
    get_poll,
    get_poll_for,
    has_voted,
    list_polls,
    list_polls_for,
    provide_demo_polls,
    publish_poll,
    turnout,
    vote,
    withdraw_poll,
)
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, LevelRequired, NotFound, SignInRequired
from shimin.kernel.testing import citizen, officer

CITY = "430100"
NOW = datetime(2025, 11, 20, 4, 0, tzinfo=UTC)  # long ago: results follow the database's own clock
AUTHOR = officer(POLLSTER, region_code=CITY)
DRAFT = PollDraft(
    CITY,
    "明年先办哪几件实事？",
    "",
    ("电梯", "食堂", "停车位"),
    2,
    Electorate.ACCOUNT,
    {},
    date(2025, 11, 20),
    date(2025, 11, 30),
)
SOON = datetime(2025, 12, 31, tzinfo=UTC)


def published(draft=DRAFT, now=NOW):
    poll_id = draft_poll(actor=AUTHOR, draft=draft, now=now)
    publish_poll(actor=AUTHOR, poll_id=poll_id, version=1, now=now)
    return poll_id


def answer(poll_id, *options, account_id=1, now=NOW, channel="web", **about):
    actor = replace(
        citizen(account_id=account_id, person_id=about.pop("person_id", None), level=1, **about), channel=channel
    )
    vote(actor=actor, poll_id=poll_id, options=options, now=now)


def result(poll_id):
    with scope(ANONYMOUS):
        return find_result(get_poll(poll_id))


def test_an_answer_counts_once(db):
    poll_id = published()
    answer(poll_id, 0, 2)
    with pytest.raises(AlreadyVoted):
        answer(poll_id, 1)
    assert set(PollCount.objects.values_list("channel", "option", "times")) == {
        ("web", -1, 1),
        ("web", 0, 1),
        ("web", 2, 1),
    }
    with scope(citizen(account_id=1)):
        assert has_voted(actor=citizen(account_id=1), poll_id=poll_id)
        assert turnout(poll_id) == 1
    with scope(citizen(account_id=2)):
        assert not has_voted(actor=citizen(account_id=2), poll_id=poll_id)


def test_a_person_with_two_accounts_answers_once(db):
    poll_id = published()
    answer(poll_id, 0, account_id=1, person_id=7)
    with pytest.raises(AlreadyVoted):
        answer(poll_id, 0, account_id=2, person_id=7)


def test_polls_of_persons_ask_for_a_proven_name(db):
    poll_id = published(replace(DRAFT, electorate=Electorate.PERSON))
    with pytest.raises(LevelRequired):
        answer(poll_id, 0)
    vote(actor=citizen(), poll_id=poll_id, options=[0], now=NOW)


@pytest.mark.parametrize("options", [(), (0, 1, 2), (0, 0), (3,), (-1,), (0, 99), (2**40,), tuple(range(500))])
def test_odd_answers_are_refused_and_nothing_is_written(db, options):
    poll_id = published()
    with pytest.raises(InvalidInput):
        answer(poll_id, *options)
    assert not PollVoter.objects.exists()
    assert not PollCount.objects.exists()


def test_an_unknown_channel_counts_as_web(db):
    poll_id = published()
    answer(poll_id, 0, channel="somebody's own")
    assert set(PollCount.objects.values_list("channel", flat=True)) == {"web"}


def test_only_an_open_poll_is_answered(db):
    poll_id = published(replace(DRAFT, opens_on=date(2025, 11, 21)))
    begins, ends = datetime(2025, 11, 20, 16, tzinfo=UTC), datetime(2025, 11, 30, 16, tzinfo=UTC)
    for moment in (begins - timedelta(seconds=1), ends):
        with pytest.raises(PollClosed):
            answer(poll_id, 0, now=moment)
    answer(poll_id, 0, now=begins)
    answer(poll_id, 0, account_id=2, now=ends - timedelta(seconds=1))
    withdraw_poll(actor=AUTHOR, poll_id=poll_id, reason="题目写错了", now=begins)
    with pytest.raises(PollClosed):
        answer(poll_id, 0, account_id=3, now=begins)
    assert get_poll(poll_id).phase(begins) is PollPhase.WITHDRAWN


def test_who_may_not_answer(db):
    poll_id = published()
    for actor in (ANONYMOUS, AUTHOR):
        with pytest.raises(SignInRequired):
            vote(actor=actor, poll_id=poll_id, options=[0], now=NOW)
    for other in (poll_id + 1, draft_poll(actor=AUTHOR, draft=DRAFT, now=NOW)):
        with pytest.raises(NotFound):
            answer(other, 0)


def test_two_hundred_presses_count_once(committed_db):
    with transaction.atomic():
        poll_id = published()
    barrier = threading.Barrier(16)

    def press(n):
        try:
            barrier.wait(timeout=10)
            for again in range(12):
                with pytest.raises(AlreadyVoted) if again else nullcontext():
                    answer(poll_id, n % 3, account_id=1000 + n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(press, n) for n in range(16)]:
            done.result(timeout=60)
    rows = dict(PollCount.objects.filter(poll_id=poll_id).values_list("option", "times"))
    assert rows == {-1: 16, 0: 6, 1: 5, 2: 5}


def fill(poll_id, **channels):
    with scope(SYSTEM):
        for channel, (voters, *ticks) in channels.items():
            for option, times in ((-1, voters), *enumerate(ticks)):
                if times:
                    PollCount.objects.create(
                        poll_id=poll_id, city_code=CITY, channel=channel, option=option, times=times
                    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"web": 40, "wechat": 10}, {"web": 40, "wechat": 10}),
        ({"web": 40, "wechat": 9, "weibo": 8}, {"web": 40, "": 17}),
        ({"web": 40, "wechat": 12, "weibo": 3}, {"web": 40, "": 15}),
        ({"web": 40, "weibo": 3}, {"": 43}),
        ({"web": 5, "weibo": 4}, None),
        ({}, None),
    ],
)
def test_few_people_are_lumped_or_not_told(db, given, told):
    poll_id = published()
    fill(poll_id, **{channel: (n, n, n // 2, 0) for channel, n in given.items()})
    found = result(poll_id)
    assert told == (None if found is None else {each.channel: each.voters for each in found.channels})


def test_the_result_is_put_together_by_people_or_by_weights(db):
    poll_id, weighed = published(), published(replace(DRAFT, weights={"wechat": 3.0, "weibo": 1.0}))
    for each in (poll_id, weighed):
        fill(each, wechat=(100, 60, 40, 0), weibo=(300, 30, 0, 270), web=(20, 20, 0, 0))
    assert result(poll_id).shares == pytest.approx((110 / 420, 40 / 420, 270 / 420))
    assert result(weighed).shares == pytest.approx((0.6 * 0.75 + 0.1 * 0.25, 0.4 * 0.75, 0.9 * 0.25))
    assert result(weighed).is_weighted


def test_the_published_wishes_come_out_by_channel():
    """The report's figures: 20,224 answers by WeChat and 5,948 by Weibo, shares of each wish (mission.md, M03)."""
    wechat, weibo = (21, 17, 15, 14, 13, 11), (27, 16.1, 14.5, 12.8, 11.4, 18.2)
    channels = [
        ChannelResult("wechat", 20224, tuple(round(20224 * each / 100) for each in wechat)),
        ChannelResult("weibo", 5948, tuple(round(5948 * each / 100) for each in weibo)),
    ]
    told = result_of(channels, 6, {})
    assert [round(channels[1].share(n) * 100, 1) for n in range(6)] == list(weibo)
    assert told.shares[0] == pytest.approx((20224 * 0.21 + 5948 * 0.27) / 26172, abs=1e-4)


def test_nothing_is_told_before_the_end_or_after_a_withdrawal(db):
    today = datetime.now(UTC)
    running = published(
        replace(DRAFT, opens_on=today.date() - timedelta(days=2), closes_on=today.date() + timedelta(days=2))
    )
    fill(running, web=(100, 100, 0, 0))
    assert result(running) is None
    with scope(AUTHOR):
        assert find_result(get_poll_for(actor=AUTHOR, poll_id=running)) is None
    gone = published()
    fill(gone, web=(100, 100, 0, 0))
    withdraw_poll(actor=AUTHOR, poll_id=gone, reason="题目写错了", now=NOW)
    assert result(gone) is None


@pytest.mark.parametrize("actor", [ANONYMOUS, citizen(), AUTHOR], ids=["anonymous", "citizen", "author"])
def test_the_database_itself_keeps_sums_and_voters(db, actor):
    poll_id = published()
    answer(poll_id, 0, account_id=99)
    with scope(actor):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("SELECT * FROM indicators_poll_count")
        if actor is AUTHOR:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute("SELECT * FROM indicators_poll_voter")
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM indicators_poll_voter")
                assert cursor.fetchone() == (0,)
                cursor.execute("SELECT count(*) FROM indicators_poll")
                assert cursor.fetchone() == (1,)


def test_no_column_says_who_chose_what():
    voter, count = ({field.name for field in model._meta.concrete_fields} for model in (PollVoter, PollCount))
    assert voter == {"poll", "account_id", "person_id"}
    assert not count & {"account_id", "person_id"}


def test_a_draft_is_the_desks_and_stays_once_published(db):
    poll_id = draft_poll(actor=AUTHOR, draft=DRAFT, now=NOW)
    with scope(ANONYMOUS):
        assert list_polls(CITY) == []
        with pytest.raises(NotFound):
            get_poll(poll_id)
    change_poll(actor=AUTHOR, poll_id=poll_id, version=1, draft=replace(DRAFT, title="改过的题目"), now=NOW)
    for late in (
        lambda: publish_poll(actor=AUTHOR, poll_id=poll_id, version=1, now=NOW),
        lambda: change_poll(actor=AUTHOR, poll_id=poll_id, version=1, draft=DRAFT, now=NOW),
    ):
        with pytest.raises(PollChanged):
            late()
    publish_poll(actor=AUTHOR, poll_id=poll_id, version=2, now=NOW)
    with scope(ANONYMOUS):
        assert [poll.title for poll in list_polls(CITY)] == ["改过的题目"]
    for late in (
        lambda: publish_poll(actor=AUTHOR, poll_id=poll_id, version=3, now=NOW),
        lambda: change_poll(actor=AUTHOR, poll_id=poll_id, version=3, draft=DRAFT, now=NOW),
    ):
        with pytest.raises(PollChanged):
            late()


@pytest.mark.parametrize(
    "stranger",
    [ANONYMOUS, citizen(), officer(POLLSTER, region_code="430200"), officer("indicators.analyst", region_code=CITY)],
)
def test_strangers_make_no_polls(db, stranger):
    poll_id = draft_poll(actor=AUTHOR, draft=DRAFT, now=NOW)
    for act in (
        lambda: draft_poll(actor=stranger, draft=DRAFT, now=NOW),
        lambda: change_poll(actor=stranger, poll_id=poll_id, version=1, draft=DRAFT, now=NOW),
        lambda: publish_poll(actor=stranger, poll_id=poll_id, version=1, now=NOW),
        lambda: withdraw_poll(actor=stranger, poll_id=poll_id, reason="没有理由", now=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    assert Poll.objects.get().state == PollState.DRAFT
    with scope(AUTHOR):
        assert len(list_polls_for(AUTHOR)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"), ({"title": "长" * 61}, "title"), ({"intro": "长" * 1001}, "intro"),
        ({"options": ("一",)}, "options"), ({"options": ("一", "一 ")}, "options"),
        ({"options": ("一", "")}, "options"),
        ({"options": tuple(map(str, range(21)))}, "options"), ({"most_choices": 0}, "most_choices"),
        ({"most_choices": 4}, "most_choices"), ({"weights": {"fax": 1.0}}, "weights"),
        ({"weights": {"web": 0.0}}, "weights"),
        ({"weights": {"web": float("nan")}}, "weights"), ({"closes_on": date(2025, 11, 19)}, "closes_on"),
        ({"closes_on": date(2027, 1, 1)}, "closes_on"),
        ({"opens_on": date(2025, 1, 1), "closes_on": date(2025, 1, 2)}, "closes_on"),
    ],
)  # fmt: skip
def test_a_bad_draft_is_refused_by_field(db, change, field):
    with pytest.raises(InvalidInput) as refused:
        draft_poll(actor=AUTHOR, draft=replace(DRAFT, **change), now=NOW)
    assert set(refused.value.fields) == {field}


def test_a_withdrawal_says_why(db):
    poll_id = published()
    for reason in ("", " 错 ", "长" * 201):
        with pytest.raises(InvalidInput):
            withdraw_poll(actor=AUTHOR, poll_id=poll_id, reason=reason, now=NOW)


def test_taking_part_is_exported_erased_and_forgotten(db):
    poll_id = published()
    answer(poll_id, 0)
    answer(poll_id, 0, account_id=2)
    me = citizen(account_id=1)
    with scope(me):
        assert export_votes(me) == [{"kind": "poll_taken_part", "poll_id": str(poll_id), "title": DRAFT.title}]
    with scope(SYSTEM):
        assert erase_votes(1, None, NOW) == 0  # it still runs: once each
        assert erase_votes(1, None, SOON) == 1
    assert forget_voters(SOON - timedelta(days=20)) == 0
    assert forget_voters(SOON) == 1
    assert turnout(poll_id) == 2


def test_the_demo_has_a_poll_that_is_over_and_one_that_runs(db):
    now = datetime.now(UTC)
    assert (provide_demo_polls(CITY, now), provide_demo_polls(CITY, now)) == (2, 0)
    with scope(ANONYMOUS):
        assert {poll.phase(now) for poll in list_polls(CITY)} == {PollPhase.OPEN, PollPhase.CLOSED}
        over = next(poll for poll in list_polls(CITY) if poll.phase(now) is PollPhase.CLOSED)
        told = find_result(over)
    assert told is not None
    assert told.is_weighted
    assert sum(told.shares) == pytest.approx(1)
    assert [each.channel for each in told.channels] == ["wechat", "weibo", ""]


def test_the_api_asks_and_tells(db):
    load_reference(now=NOW)
    poll_id = published()
    fill(poll_id, wechat=(100, 60, 40, 0), web=(20, 20, 0, 0))
    browser = Client()
    (listed,) = browser.get(f"/api/v1/regions/{CITY}/polls").json()
    assert (listed["id"], listed["phase"]) == (str(poll_id), "closed")
    told = browser.get(f"/api/v1/polls/{poll_id}").json()
    assert told["turnout"] == told["result"]["voters"] == 120
    assert told["result"]["channels"][0] == {"channel": "wechat", "voters": 100, "ticks": [60, 40, 0]}
    assert browser.post(f"/api/v1/polls/{poll_id}/votes", {"options": [0]}, "application/json").status_code == 401
    assert browser.get("/api/v1/polls/1").status_code == 404


def test_a_resident_votes_by_api_once(db):
    load_reference(now=NOW)
    today = datetime.now(UTC).date()
    poll_id = published(replace(DRAFT, opens_on=today - timedelta(days=2), closes_on=today + timedelta(days=2)))
    token = make_resident(now=datetime.now(UTC)).token
    address, head = f"/api/v1/polls/{poll_id}/votes", {"Authorization": f"Bearer {token}"}
    answers = [
        Client().post(address, {"options": ticks}, "application/json", headers=head) for ticks in ([7], [1], [1])
    ]
    assert [answer.status_code for answer in answers] == [422, 204, 409]
    assert answers[2].json()["code"] == "indicators.already_voted"
    assert set(PollCount.objects.values_list("channel", "option")) == {("api", -1), ("api", 1)}


@pytest.mark.parametrize("ticks", [["x"], ["-1"], ["9"], ["0", "1", "2"], ["①"], [], ["1" * 5000]])
def test_the_page_refuses_odd_ticks_in_words(db, ticks):
    load_reference(now=NOW)
    today = datetime.now(UTC).date()
    poll_id = published(replace(DRAFT, opens_on=today - timedelta(days=2), closes_on=today + timedelta(days=2)))
    browser = Client()
    browser.cookies[cookies._name("shimin_session")] = make_resident(now=datetime.now(UTC)).token
    answer = browser.post(f"/polls/{poll_id}", {"options": ticks})
    assert answer.status_code == 422
    assert "请选1到2项。" in answer.content.decode()
    answer = browser.post(f"/polls/{poll_id}", {"options": ticks, "confirmed": "1"})
    assert answer.status_code == 422
    assert not PollCount.objects.exists()
