from datetime import timedelta

import pytest

from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.models import (
    Account,
    AccountMerge,
    Consent,
    KnownDevice,
    LoginHandle,
    Mandate,
    MergedRows,
    Session,
)
from shimin.capabilities.identity.operations.codes import CodeRejected, request_code
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.factors.enrolling import SecondFactorNeedsPassword
from shimin.capabilities.identity.operations.mandates.agreeing import OfferTerms, accept_offer, offer_mandate
from shimin.capabilities.identity.operations.merging import carrying
from shimin.capabilities.identity.operations.merging.carrying import carry_all, carry_on
from shimin.capabilities.identity.operations.merging.joining import ClashesFirst, MergeUnderstood, merge_accounts
from shimin.capabilities.identity.operations.merging.proving import (
    MergeCooling,
    MergeTicketExpired,
    OtherAccountRefused,
    OtherClaim,
    OtherCodeRejected,
    OtherPersonsAccount,
    OwnCodeRejected,
    SameAccount,
    ask_merge_code,
    look_at_merge,
    prove_other,
)
from shimin.capabilities.identity.operations.merging.sealing import seal_merges
from shimin.capabilities.identity.operations.merging.undoing import (
    TooLateToUndoMerge,
    undo_merge,
    undo_merge_by_phone,
)
from shimin.capabilities.identity.operations.own_data import ClosingTooSoon, close_account
from shimin.capabilities.identity.operations.registration import register
from shimin.capabilities.identity.operations.signing_in import SignInRefused, sign_in
from shimin.capabilities.identity.queries import find_session_actor
from shimin.capabilities.identity.queries.merges import list_merges
from shimin.capabilities.identity.tests.apps import give_app
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_resident
from shimin.capabilities.identity.tests.merging import join, merge, prove
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.phones import latest_code, latest_text
from shimin.capabilities.notices.models import Forwarding, Notice
from shimin.capabilities.notices.public import Way, choose_way, send_notice
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import LevelRequired, NotFound, SignInRequired
from shimin.kernel.models import AuditRecord

pytestmark = pytest.mark.django_db


def enter(phone, password=PASSWORD, now=NOW):
    return sign_in(
        actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=phone, password=password, client=CLIENT, now=now
    )  # fmt: skip


def tell(resident):
    with scope(SYSTEM):
        send_notice(account_id=resident.account_id, template="identity.welcome", values={}, now=NOW)


@pytest.fixture
def two():
    """The same citizen twice: the proved account, and the one of a second phone."""
    return make_resident(), make_resident(level=1)


def test_rows_go_along_and_come_back(two):
    stays, other = two
    tell(stays), tell(other), tell(other)
    give_consent(other.actor, "test.purpose", "我同意。", NOW)
    merge_id = merge(stays, other)
    assert Notice.objects.filter(account_id=stays.account_id).count() == 3
    assert Consent.objects.get(purpose_code="test.purpose").account_id == stays.account_id
    [row] = list_merges(stays.actor, NOW)
    assert {"消息": ("2条消息",), "账号和身份": ("1项授权",)}.items() <= {
        each.title: each.words for each in row.carried
    }.items()
    tell(stays)  # something new, after the merge
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW + timedelta(days=6))
    carry_on(merge_id=merge_id, now=NOW)
    assert Notice.objects.filter(account_id=other.account_id).count() == 2
    assert Notice.objects.filter(account_id=stays.account_id).count() == 2
    assert Consent.objects.get(purpose_code="test.purpose").account_id == other.account_id
    assert enter(other.phone).actor.account_id == other.account_id


def test_the_other_account_signs_in_nowhere_and_its_phone_leads_on(two):
    stays, other = two
    merge(stays, other)
    assert Account.objects.get(id=other.account_id).status == "merged"
    assert find_session_actor(token=other.token, channel="web", now=NOW) is None
    assert Session.objects.get(id=other.session_id).end_reason == "merged"
    assert enter(other.phone).actor.account_id == stays.account_id
    assert enter(stays.phone).actor.account_id == stays.account_id


def test_both_phones_are_told_and_both_sides_audited(two):
    stays, other = two
    merge_id = merge(stays, other)
    assert "并到了另一个账号" in latest_text()
    [told] = emitted("identity.accounts_merged")
    assert told["merge_id"] == merge_id
    with scope(SYSTEM):
        rows = AuditRecord.objects.filter(action="identity.merge_accounts")
        assert {row.target_id for row in rows} == {stays.account_id, other.account_id}


def test_running_again_moves_what_came_late(two):
    stays, other = two
    merge_id = merge(stays, other)
    tell(other)  # a handler that was under way wrote for the account that is closed
    assert carry_all(NOW) == 1
    assert carry_on(merge_id=merge_id, now=NOW) == 0
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    carry_all(NOW)
    assert Notice.objects.filter(account_id=other.account_id).count() == 1


def test_an_undoing_that_comes_before_the_move_moves_nothing(two):
    stays, other = two
    tell(other)
    merge_id = join(stays, prove(stays, other))
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    assert carry_on(merge_id=merge_id, now=NOW) == 0
    assert Notice.objects.filter(account_id=other.account_id).count() == 1


def test_what_both_have_is_kept_or_chosen(two):
    stays, other = two
    choose_way(actor=stays.actor, way=Way.DAILY, now=NOW)
    choose_way(actor=other.actor, way=Way.AT_ONCE, now=NOW)
    give_consent(stays.actor, "test.purpose", "我同意。", NOW)
    give_consent(other.actor, "test.purpose", "我同意。", NOW)
    ticket = prove(stays, other)
    proposal = look_at_merge(actor=stays.actor, ticket=ticket, now=NOW)
    [clash] = proposal.clashes
    assert (clash.title, clash.mine, clash.theirs) == ("短信提醒的时间", "每天早上汇总一条", "有新消息就发")
    merge_id = join(stays, ticket, theirs=[clash.key, "no-such-clash"])
    carry_on(merge_id=merge_id, now=NOW)
    carry_on(merge_id=merge_id, now=NOW)  # what changed places once stays so
    assert Forwarding.objects.get(account_id=stays.account_id).way == "at_once"
    assert Forwarding.objects.get(account_id=other.account_id).way == "daily"
    assert Consent.objects.filter(account_id=other.account_id, purpose_code="test.purpose").exists()  # kept with it
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    carry_on(merge_id=merge_id, now=NOW)
    assert Forwarding.objects.get(account_id=stays.account_id).way == "daily"
    assert Forwarding.objects.get(account_id=other.account_id).way == "at_once"


def test_what_is_not_chosen_stays_with_the_closed_account(two):
    stays, other = two
    choose_way(actor=stays.actor, way=Way.DAILY, now=NOW)
    choose_way(actor=other.actor, way=Way.AT_ONCE, now=NOW)
    merge(stays, other)
    assert Forwarding.objects.get(account_id=stays.account_id).way == "daily"


def test_accounts_of_two_people_are_never_merged():
    stays, other = make_resident(), make_resident(name="李大明")
    with pytest.raises(OtherPersonsAccount):
        prove(stays, other)


def test_the_proved_account_stays():
    other, unproved = make_resident(), make_resident(level=1)
    with pytest.raises(LevelRequired):
        ask_merge_code(actor=unproved.actor, phone=other.phone, client=CLIENT, now=NOW)
    with pytest.raises(SignInRequired):
        ask_merge_code(actor=ANONYMOUS, phone=other.phone, client=CLIENT, now=NOW)


def test_every_proof_is_asked_for(two):
    stays, other = two
    at = [NOW + timedelta(minutes=2 * number) for number in range(6)]  # a phone gets one code a minute
    with pytest.raises(OtherAccountRefused):
        prove(stays, other, password="guess", now=at[0])
    with pytest.raises(SecondFactorNeedsPassword):
        prove(stays, other, own_password="guess", now=at[1])
    with pytest.raises(CodeRejected):
        prove(stays, other, code="000000", now=at[2])
    nobody = OtherClaim("13700000000", PASSWORD, PASSWORD, "123456")
    with pytest.raises(CodeRejected):  # a phone without an account: the same words
        prove_other(actor=stays.actor, claim=nobody, client=CLIENT, now=NOW)
    app, _ = give_app(other.account_id)
    with pytest.raises(OtherCodeRejected):
        prove(stays, other, second="000000", now=at[3])
    assert prove(stays, other, second=app.code(at[4]), now=at[4])
    own_app, _ = give_app(stays.account_id)
    with pytest.raises(OwnCodeRejected):
        prove(stays, other, second=app.code(at[5]), now=at[5])
    assert own_app.code(at[5])


def test_oneself_is_not_another(two):
    stays, _ = two
    with pytest.raises(SameAccount):
        prove(stays, stays)


def test_a_ticket_is_of_its_session_for_half_an_hour_and_once(two):
    stays, other = two
    ticket = prove(stays, other)
    with pytest.raises(MergeUnderstood):
        merge_accounts(actor=stays.actor, ticket=ticket, theirs=(), understood=False, now=NOW)
    with pytest.raises(MergeTicketExpired):
        join(stays, "x" + ticket)
    with pytest.raises(MergeTicketExpired):
        join(stays, ticket, now=NOW + timedelta(minutes=31))
    elsewhere = actor_of(enter(stays.phone).token)
    with pytest.raises((MergeTicketExpired, LevelRequired)):
        merge_accounts(actor=elsewhere, ticket=ticket, theirs=(), understood=True, now=NOW)
    join(stays, ticket)
    with pytest.raises(MergeTicketExpired):
        join(stays, ticket)
    assert AccountMerge.objects.count() == 1


def test_a_merge_that_was_taken_back_wants_new_proofs(two):
    """The other phone undid what it did not want: the ticket of half an hour ago does not do it again."""
    stays, other = two
    ticket = prove(stays, other)
    merge_id = join(stays, ticket)
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    with pytest.raises(MergeTicketExpired):
        join(stays, ticket)


def test_a_proof_that_a_window_took_back_joins_nothing(two):
    stays, other = two
    ticket = prove(stays, other)
    Account.objects.filter(id=stays.account_id).update(person=None, level=1)
    with pytest.raises(LevelRequired):
        join(stays, ticket)


def test_nobody_acts_for_themselves_afterwards(two):
    stays, other = two
    code = offer_mandate(actor=stays.actor, terms=OfferTerms("parent", ["*"], NOW + timedelta(days=9)), now=NOW)
    accept_offer(actor=make_resident().actor, code=code, now=NOW)
    kept = Mandate.objects.get(state="active")
    Mandate.objects.filter(id=kept.id).update(account_id=other.account_id)  # the second account acts for the first
    merge(stays, other)
    assert not Mandate.objects.filter(state="active").exists()


def test_what_somebody_else_gave_to_the_other_goes_along(two):
    stays, other = two
    mother = make_resident()
    code = offer_mandate(actor=mother.actor, terms=OfferTerms("parent", ["*"], NOW + timedelta(days=9)), now=NOW)
    accept_offer(actor=make_resident().actor, code=code, now=NOW)
    Mandate.objects.update(account_id=other.account_id)
    merge_id = merge(stays, other)
    assert Mandate.objects.get(state="active").account_id == stays.account_id
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    carry_on(merge_id=merge_id, now=NOW)
    assert Mandate.objects.get(state="active").account_id == other.account_id


def test_the_joined_phone_gets_no_new_password_and_undoes_the_merge(two):
    stays, other = two
    merge(stays, other)
    for number, purpose in enumerate((CodePurpose.RESET_PASSWORD, CodePurpose.REGISTER, CodePurpose.CHANGE_PHONE)):
        now = NOW + timedelta(minutes=2 + 2 * number)
        request_code(actor=ANONYMOUS, phone=other.phone, purpose=purpose, client=CLIENT, now=now)
        assert "已经并到另一个账号" in latest_text()
    now = NOW + timedelta(minutes=10)
    with pytest.raises(CodeRejected):
        undo_merge_by_phone(actor=ANONYMOUS, phone=other.phone, code="000000", client=CLIENT, now=now)
    request_code(actor=ANONYMOUS, phone=other.phone, purpose=CodePurpose.UNDO_MERGE, client=CLIENT, now=now)
    undo_merge_by_phone(actor=ANONYMOUS, phone=other.phone, code=latest_code(), client=CLIENT, now=now)
    assert enter(other.phone).actor.account_id == other.account_id
    assert list_merges(stays.actor, NOW)[0].undone_by == "被合并的手机号"


def test_a_stranger_cannot_undo(two):
    stays, other = two
    merge_id = merge(stays, other)
    with pytest.raises(NotFound):
        undo_merge(actor=make_resident().actor, merge_id=merge_id, password=PASSWORD, now=NOW)
    with pytest.raises(NotFound):
        undo_merge(actor=stays.actor, merge_id=1 << 70, password=PASSWORD, now=NOW)
    with pytest.raises(SecondFactorNeedsPassword):
        undo_merge(actor=stays.actor, merge_id=merge_id, password="guess", now=NOW)


def test_sealed_after_seven_days_and_the_number_is_free(two):
    stays, other = two
    merge_id = merge(stays, other)
    later = NOW + timedelta(days=7)
    assert seal_merges(later - timedelta(seconds=1)) == 0
    assert seal_merges(later) == 1
    assert seal_merges(later) == 0
    closed = Account.objects.get(id=other.account_id)
    assert (bytes(closed.phone), closed.password) == (b"", "")
    assert not KnownDevice.objects.filter(account_id=other.account_id).exists()
    assert enter(other.phone, now=later).actor.account_id == stays.account_id
    with pytest.raises((TooLateToUndoMerge, LevelRequired)):
        undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=later)
    request_code(actor=ANONYMOUS, phone=other.phone, purpose=CodePurpose.REGISTER, client=CLIENT, now=later)
    opened = register(
        actor=ANONYMOUS, phone=other.phone, code=latest_code(), password="Another-owner-26", client=CLIENT, now=later
    )
    assert opened.actor.account_id not in (stays.account_id, other.account_id)
    with pytest.raises(SignInRefused):
        enter(other.phone, now=later)


def test_a_chain_waits_for_the_first_merge_and_brings_all_phones(two):
    stays, _ = two
    third = make_resident(level=1)
    merge(stays, third)
    assert LoginHandle.objects.filter(account_id=stays.account_id).count() == 2
    another = make_resident()
    Account.objects.filter(id=stays.account_id).update(person=None, level=1)
    with pytest.raises(MergeCooling):
        prove(another, stays, now=NOW + timedelta(minutes=2))
    seal_merges(NOW + timedelta(days=7))
    merge(another, stays, now=NOW + timedelta(days=7))
    assert enter(third.phone).actor.account_id == another.account_id


def test_closing_waits_for_the_seal(two):
    stays, other = two
    merge(stays, other)
    with pytest.raises(ClosingTooSoon):
        close_account(actor=stays.actor, password=PASSWORD, understood=True, now=NOW)


def test_a_rule_that_wants_one_ended_first_blocks(two, monkeypatch):
    stays, other = two
    tell(stays), tell(other)
    ticket = prove(stays, other)
    proposal = look_at_merge(actor=stays.actor, ticket=ticket, now=NOW)
    blocked = type(proposal)("", "", (), (), (_first(),))
    monkeypatch.setattr("shimin.capabilities.identity.operations.merging.joining.compare_accounts", lambda *_: blocked)
    with pytest.raises(ClashesFirst):
        join(stays, ticket)
    assert not AccountMerge.objects.exists()


def _first():
    from shimin.capabilities.identity.merge_rules import Settle
    from shimin.capabilities.identity.queries.merges import ClashView

    return ClashView("k", "自动缴费", Settle.FIRST, "", "", "请先停掉一个。")


def test_a_move_that_fails_half_way_leaves_nothing_moved(two, monkeypatch):
    stays, other = two
    tell(other)
    give_consent(other.actor, "test.purpose", "我同意。", NOW)
    merge_id = join(stays, prove(stays, other))
    whole, seen = carrying._move, []

    def fail_at_notices(row, rule, way, now):
        seen.append(rule.table)
        if rule.table == "notices_notice":
            raise RuntimeError("killed")
        return whole(row, rule, way, now)

    monkeypatch.setattr(carrying, "_move", fail_at_notices)
    with pytest.raises(RuntimeError):
        carry_on(merge_id=merge_id, now=NOW)
    assert "identity_consent" in seen
    assert Consent.objects.get(purpose_code="test.purpose").account_id == other.account_id
    assert not MergedRows.objects.exists()
    monkeypatch.setattr(carrying, "_move", whole)
    carry_on(merge_id=merge_id, now=NOW)
    assert Notice.objects.get().account_id == stays.account_id


def test_pages(browser, two):
    stays, other = two
    tell(other)
    browser.cookies["shimin_session"] = stays.token
    assert "还没有合并过" in browser.get("/me/merge").content.decode()
    assert browser.get("/account/merge/prove").status_code == 303
    assert browser.get("/account/merge/confirm").status_code == 303
    assert browser.post("/account/merge", {"phone": other.phone}).status_code == 303
    code = latest_code()
    wrong = browser.post(
        "/account/merge/prove", {"code": code, "password": "guess", "own_password": PASSWORD, "second": ""}
    )
    assert wrong.status_code == 422
    proved = browser.post(
        "/account/merge/prove", {"code": code, "password": PASSWORD, "own_password": PASSWORD, "second": ""}
    )
    assert proved.status_code == 303, proved.content.decode()
    page = browser.get("/account/merge/confirm").content.decode()
    assert "1条消息" in page
    assert "现在这个账号" in page
    assert browser.post("/account/merge/confirm", {}).status_code == 422
    assert browser.post("/account/merge/confirm", {"understood": "on"}).status_code == 303
    shown = browser.get("/me/merge").content.decode()
    assert "已合并，还可以撤销" in shown
    assert "正在搬" in shown
    merge_id = AccountMerge.objects.get().id
    assert browser.get(f"/me/merge/{merge_id + 1}/undo").status_code == 404
    assert browser.post(f"/me/merge/{merge_id}/undo", {"password": "guess"}).status_code == 422
    assert browser.post(f"/me/merge/{merge_id}/undo", {"password": PASSWORD}).status_code == 303
    assert "已撤销" in browser.get("/me/merge").content.decode()


def test_the_way_back_without_signing_in(browser, two):
    stays, other = two
    merge(stays, other, now=NOW - timedelta(minutes=2))
    assert browser.get("/account/unmerge/code").status_code == 303
    assert browser.post("/account/unmerge", {"phone": other.phone}).status_code == 303
    code = latest_code()
    assert browser.post("/account/unmerge/code", {"code": "1"}).status_code == 422
    done = browser.post("/account/unmerge/code", {"code": code})
    assert "已经分开" in done.content.decode()


def test_the_same_by_json(browser, two):
    stays, other = two
    headers = {"Authorization": f"Bearer {stays.token}"}

    def post(path, body):
        return browser.post(path, body, content_type="application/json", headers=headers)

    assert post("/api/v1/account/codes", {"phone": other.phone, "purpose": "merge"}).status_code == 202
    proof = {"phone": other.phone, "password": PASSWORD, "own_password": PASSWORD, "code": latest_code()}
    proposal = post("/api/v1/me/merges/proofs", proof).json()
    assert proposal["is_blocked"] is False
    done = post("/api/v1/me/merges", {"ticket": proposal["ticket"], "understood": True})
    assert done.status_code == 201, done.content
    told = done.json()
    assert (told["state"], told["stays"], told["is_moving"]) == ("cooling", True, True)
    assert browser.get("/api/v1/me/merges", headers=headers).json()[0]["merge_id"] == told["merge_id"]
    assert post(f"/api/v1/me/merges/{told['merge_id']}/undo", {"password": PASSWORD}).status_code == 204
    assert post(f"/api/v1/me/merges/{told['merge_id']}/undo", {"password": PASSWORD}).status_code == 409
    assert (
        post("/api/v1/account/merge-undos", {"phone": other.phone, "code": "123456"}).json()["code"]
        == "identity.code_rejected"
    )
