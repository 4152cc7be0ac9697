"""Requests about one's own data, on the clock; another phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction

from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.domain.rights import Right, RightState
from shimin.capabilities.identity.models import LoginHandle, RightRequest, Session
from shimin.capabilities.identity.operations.change_phone import change_phone
from shimin.capabilities.identity.operations.codes import CodeRejected, request_code
from shimin.capabilities.identity.operations.factors.enrolling import SecondFactorNeedsPassword
from shimin.capabilities.identity.operations.own_data import close_account
from shimin.capabilities.identity.operations.real_name import NameMismatch
from shimin.capabilities.identity.operations.rights import (
    NotDeceased,
    RelationNeeded,
    RightOver,
    TooManyOpen,
    Wish,
    WordsNeeded,
    answer_right,
    ask_right,
    withdraw_right,
)
from shimin.capabilities.identity.operations.signing_in import SignInRefused, sign_in
from shimin.capabilities.identity.ports import PersonStatus
from shimin.capabilities.identity.queries import get_account_view
from shimin.capabilities.identity.queries.rights import get_right_for, list_own_rights, list_rights
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    NOW,
    PASSWORD,
    actor_of,
    make_id_number,
    make_officer,
    make_phone,
    make_resident,
)
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.phones import latest_code, latest_text
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, LevelRequired, NotFound

pytestmark = pytest.mark.django_db
WORDS = "我的姓名里的“敏”写成了“鸣”，请改。"


@pytest.fixture
def resident():
    return make_resident()


@pytest.fixture
def officer():
    return actor_of(make_officer("identity.privacy", login="privacy").token)


def ask(actor, *, now=NOW, **changes):
    wish = Wish(**{"right": Right.CORRECT, "words": WORDS, "part": "identity", **changes})
    return ask_right(actor=actor, wish=wish, now=now)


def test_is_due_in_fifteen_working_days_and_told(resident):
    request_id = ask(resident.actor)
    (mine,) = list_own_rights(resident.actor, NOW)
    assert (mine.request_id, mine.words, mine.part, mine.light) == (request_id, WORDS, "账号和身份", "green")
    # received on Sunday 22 November in China: the 15th working day is Friday 11 December, until 24:00
    assert mine.due_at.isoformat() == "2026-12-11T16:00:00+00:00"
    assert emitted("identity.right_asked")[0]["right"] == "correct"


def test_lights_follow_the_day(resident, officer):
    ask(resident.actor)
    due = RightRequest.objects.get().due_at
    seen = [list_rights(officer, now)[0].light for now in (due - timedelta(days=5), due - timedelta(seconds=1), due)]
    assert seen == ["amber", "amber", "red"]


@pytest.mark.parametrize("grants", [True, False])
def test_is_answered_once_and_the_owner_reads_it(resident, officer, grants):
    request_id = ask(resident.actor)
    answer_right(actor=officer, request_id=request_id, grants=grants, words="已经改好，请查看。", now=NOW)
    (mine,) = list_own_rights(resident.actor, NOW)
    assert mine.state is (RightState.GRANTED if grants else RightState.REFUSED)
    assert (mine.answer, mine.answered_by) == ("已经改好，请查看。", "王警官")
    with pytest.raises(RightOver):
        answer_right(actor=officer, request_id=request_id, grants=True, words="再答一次", now=NOW)
    with pytest.raises(RightOver):
        withdraw_right(actor=resident.actor, request_id=request_id, now=NOW)


def test_only_the_owner_takes_it_back_and_only_privacy_officers_read_it(resident, officer):
    request_id = ask(resident.actor)
    stranger, clerk = make_resident(), actor_of(make_officer("enquiries.officer", login="clerk").token)
    with pytest.raises(NotFound):
        withdraw_right(actor=stranger.actor, request_id=request_id, now=NOW)
    assert list_own_rights(stranger.actor, NOW) == []
    for call in (
        lambda: list_rights(clerk, NOW),
        lambda: get_right_for(actor=stranger.actor, request_id=request_id, now=NOW),
        lambda: answer_right(actor=clerk, request_id=request_id, grants=True, words="好的好的", now=NOW),
    ):
        with pytest.raises(Forbidden):
            call()
    for actor, rows in ((resident.actor, 1), (stranger.actor, 0), (officer, 1), (clerk, 0)):
        with scope(actor):
            assert RightRequest.objects.count() == rows
    with scope(resident.actor), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        RightRequest.objects.update(state="granted")
    withdraw_right(actor=resident.actor, request_id=request_id, now=NOW)
    assert list_rights(officer, NOW)[0].state is RightState.WITHDRAWN


@pytest.mark.parametrize("words", ["", "  改  ", "长" * 1_001])
def test_words_have_to_say_something(resident, officer, words):
    with pytest.raises(WordsNeeded):
        ask(resident.actor, words=words)
    request_id = ask(resident.actor)
    with pytest.raises(WordsNeeded):
        answer_right(actor=officer, request_id=request_id, grants=False, words=words, now=NOW)


def test_refuses_unknown_parts_and_a_sixth(resident):
    with pytest.raises(InvalidInput):
        ask(resident.actor, part="nothing")
    for _ in range(5):
        ask(resident.actor)
    with pytest.raises(TooManyOpen):
        ask(resident.actor)


def test_kin_of_somebody_who_died(resident, registers, officer):
    number = make_id_number(birth="19400101")
    registers.people[number] = "周大海"
    kin = {"right": Right.KIN, "name": "周大海", "id_number": number, "relation": "子女", "part": ""}
    with pytest.raises(NotDeceased):
        ask(resident.actor, **kin)
    registers.status = PersonStatus.DECEASED
    for wrong, error in (({"name": "周小海"}, NameMismatch), ({"relation": "邻居"}, RelationNeeded)):
        with pytest.raises(error):
            ask(resident.actor, **{**kin, **wrong})
    with pytest.raises(LevelRequired):
        ask(make_resident(level=1).actor, **kin)
    request_id = ask(resident.actor, **kin)
    seen = get_right_for(actor=officer, request_id=request_id, now=NOW)
    assert (seen.name, seen.relation) == ("周大海", "子女")
    assert number not in repr(seen)


def test_what_was_written_is_sealed_and_goes_with_the_account(resident):
    ask(resident.actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM identity_right_request r")
        assert "敏" not in cursor.fetchone()[0]
    close_account(actor=resident.actor, password=PASSWORD, understood=True, now=NOW)
    assert RightRequest.objects.count() == 0


def code_for(actor, phone):
    request_code(actor=actor, phone=phone, purpose=CodePurpose.CHANGE_PHONE, client=CLIENT, now=NOW)
    return latest_code()


def change(actor, phone, code, password=PASSWORD):
    change_phone(actor=actor, phone=phone, code=code, password=password, client=CLIENT, now=NOW)


def enter(phone):
    return sign_in(actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=phone, password=PASSWORD, client=CLIENT, now=NOW)


def test_another_phone_keeps_the_level_ends_other_sessions_and_tells_the_old_one(resident):
    phone, other = make_phone(), enter(resident.phone)
    change(resident.actor, phone, code_for(resident.actor, phone))
    assert get_account_view(resident.actor, NOW).level == 2
    assert not Session.objects.filter(id=other.actor.session_id, ended_at=None).exists()
    assert Session.objects.filter(id=resident.session_id, ended_at=None).exists()
    assert enter(phone).actor.account_id == resident.account_id
    with pytest.raises(SignInRefused):
        enter(resident.phone)
    assert "换成了别的手机号" in latest_text()
    assert len(emitted("identity.phone_changed")) == 1


def test_a_phone_with_an_account_gets_no_code_and_says_the_same(resident):
    taken = make_resident(level=1)
    request_code(actor=resident.actor, phone=taken.phone, purpose=CodePurpose.CHANGE_PHONE, client=CLIENT, now=NOW)
    with pytest.raises(CodeRejected):
        change(resident.actor, taken.phone, "123456")
    assert LoginHandle.objects.filter(account_id=taken.account_id).count() == 1


def test_a_code_for_another_purpose_or_a_wrong_password_changes_nothing(resident):
    phone = make_phone()
    request_code(actor=ANONYMOUS, phone=phone, purpose=CodePurpose.REGISTER, client=CLIENT, now=NOW)
    with pytest.raises(CodeRejected):
        change(resident.actor, phone, latest_code())
    other = make_phone()
    with pytest.raises(SecondFactorNeedsPassword):
        change(resident.actor, other, code_for(resident.actor, other), password="wrong-password-1")
    assert enter(resident.phone)


def test_pages(browser, resident, registers):
    browser.cookies["shimin_session"] = resident.token
    for address in ("/me/rights", "/account/phone", *(f"/me/rights/ask/{right}" for right in Right)):
        assert browser.get(address).status_code == 200, address
    assert browser.get("/me/rights/ask/nothing").status_code == 404
    assert browser.post("/me/rights/ask/correct", {"words": ""}).status_code == 422
    assert browser.post("/me/rights/ask/correct", {"words": WORDS, "part": ""}).status_code == 303
    page = browser.get("/me/rights").content.decode()
    assert "12月12日" in page or "12月11日" in page
    browser.cookies["shimin_desk"] = make_officer("identity.privacy", login="privacy").token
    queue = browser.get("/desk/rights").content.decode()
    address = re.findall(r"/desk/rights/\d+", queue)[0]
    assert WORDS in browser.get(address).content.decode()
    assert browser.post(address, {"words": "依据不足，请补充材料。", "grants": "no"}).status_code == 303
    assert "12377" in browser.get("/me/rights").content.decode()
