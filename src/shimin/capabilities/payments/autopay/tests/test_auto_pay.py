"""Automatic payment: signed, announced, taken once, capped, paused, withdrawn, whatever is down or killed meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.notices.public import list_notices
from shimin.capabilities.payments.autopay.domain.states import DEDUCTION_STEPS, PLAN_STEPS, DeductionState, PlanState
from shimin.capabilities.payments.autopay.domain.terms import pause_after
from shimin.capabilities.payments.autopay.handles import external_no
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.operations import ordering, taking
from shimin.capabilities.payments.autopay.own_part import erase_auto_pay, export_auto_pay
from shimin.capabilities.payments.autopay.public import (
    AlreadyAutomatic,
    DeductionBegun,
    PlanNotLive,
    check_signing,
    end_at_gateways,
    get_plan_for,
    list_deductions,
    look_at_due_plans,
    note_agreement,
    open_signing,
    pause_plan,
    resume_plan,
    set_up_bills,
    set_up_card,
    skip_deduction,
    take_deduction_now,
    withdraw_plan,
)
from shimin.capabilities.payments.autopay.tests.factories import (
    A_DAY,
    agree_bills,
    agree_card,
    look,
    only_deduction,
    run,
    sign,
    take,
)
from shimin.capabilities.payments.billing.public import unbind_account
from shimin.capabilities.payments.billing.tests.biller_system import CARD, WATER, bill
from shimin.capabilities.payments.billing.tests.test_billing import WATER_BILL, bind, place
from shimin.capabilities.payments.models import Capture
from shimin.capabilities.payments.public import (
    AgreementState,
    AgreementWord,
    OrderState,
    close_expired_orders,
    get_order,
    send_due_refunds,
)
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired
from shimin.kernel.events.relay import relay_batch

pytestmark = pytest.mark.django_db
# The agreement is for 35.88 of one open water bill.
TAKEN = NOW + A_DAY


@pytest.fixture
def plan_id(payer, bank) -> int:
    """A signed plan for the water bills."""
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    sign(bank, payer.actor, plan_id)
    return plan_id


@pytest.fixture
def announced(plan_id) -> Deduction:
    """The open bill, announced."""
    assert look() == 1
    return only_deduction()


def plan(payer, plan_id):
    return get_plan_for(actor=payer.actor, plan_id=plan_id)


def relay_events(now: datetime) -> None:
    while relay_batch(now + timedelta(minutes=1)):
        continue


def titles(payer) -> list[str]:
    return [notice.title for notice in list_notices(payer.actor)]


# Agreeing and signing


def test_a_bill_is_announced_then_taken_and_settled_once(payer, billers, bank, announced, plan_id):
    assert (announced.state, announced.amount_fen, announced.take_after) == ("announced", 3_588, TAKEN)
    (notice,) = [each for each in list_notices(payer.actor) if each.title == "即将自动扣款"]
    assert "“我家的水费 2026年10月”¥35.88" in notice.text
    assert WATER not in notice.text
    assert take(TAKEN - timedelta(seconds=1)) == 0
    assert bank.wishes == []
    run(TAKEN)
    (done,) = list_deductions(actor=payer.actor, plan_id=plan_id).deductions
    assert done.state is DeductionState.DONE
    order = get_order(done.order_id or 0)
    assert (order.state, order.payer_account_id, order.purpose) == (OrderState.SETTLED, payer.account_id, "auto_pay")
    assert billers.bills[WATER][0].is_paid
    assert plan(payer, plan_id).used_fen == 3_588
    look(NOW + timedelta(days=3))
    run(NOW + timedelta(days=5))
    assert (len(bank.wishes), Capture.objects.count(), Deduction.objects.count()) == (1, 1, 1)


def test_a_bill_the_biller_still_shows_as_open_is_not_announced_again(payer, billers, bank, announced):
    billers.is_down = True
    run(TAKEN)
    assert only_deduction().state == DeductionState.PLACED
    billers.is_down = False
    billers.loses_answers = True  # it is told, and does not answer
    run(TAKEN + timedelta(hours=1))
    assert only_deduction().state == DeductionState.TAKEN
    billers.bills[WATER] = [bill(WATER)]
    Plan.objects.update(look_at=TAKEN)
    look(TAKEN + timedelta(hours=2))
    assert Deduction.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"most_yuan": 0}, "most_yuan"), ({"most_yuan": -1}, "most_yuan"), ({"most_yuan": 10**12}, "most_yuan"),
        ({"cap_yuan": 0}, "cap_yuan"), ({"cap_yuan": 10**12}, "cap_yuan"), ({"most_yuan": 501}, "cap_yuan"),
        ({"consents": False}, "consents"), ({"gateway_code": "nowhere"}, "gateway"),
    ],
)  # fmt: skip
def test_what_cannot_be_agreed_to_is_told_at_its_field(payer, bank, changes, field):
    bound_id = bind(payer.actor)
    given = {"most_yuan": 300, "cap_yuan": 500, "gateway_code": "paybank", "consents": True, **changes}
    with pytest.raises(InvalidInput) as refused:
        set_up_bills(actor=payer.actor, bound_id=bound_id, now=NOW, **given)
    assert field in refused.value.fields
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"threshold_yuan": 0}, "threshold_yuan"), ({"amount_yuan": 501}, "amount_yuan"),
        ({"amount_yuan": 301}, "cap_yuan"),
    ],
)  # fmt: skip
def test_a_cards_sums_have_limits_and_the_school_is_not_asked_for_wrong_ones(payer, billers, bank, changes, field):
    given = {"threshold_yuan": 20, "amount_yuan": 100, "cap_yuan": 300, **changes}
    with pytest.raises(InvalidInput) as refused:
        set_up_card(
            actor=payer.actor, issuer_code="campus-primary", card=CARD, gateway_code="paybank", consents=True, now=NOW,
            **given,
        )  # fmt: skip
    assert field in refused.value.fields
    assert billers.asked == 0


def test_one_account_has_one_live_plan(payer, bank):
    bound_id = bind(payer.actor)
    plan_id = agree_bills(payer.actor, bound_id)
    with pytest.raises(AlreadyAutomatic):
        agree_bills(payer.actor, bound_id)
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=NOW)
    assert agree_bills(payer.actor, bound_id) != plan_id


def test_nobody_signs_for_another_and_nobody_sees_anothers(payer, bank, plan_id):
    other, bound_id = make_resident(name="李明"), bind(payer.actor, number="2000000006", biller="changsha-electricity")
    with pytest.raises(SignInRequired):
        agree_bills(ANONYMOUS, bound_id)
    with pytest.raises(NotFound):
        agree_bills(other.actor, bound_id)
    for way in (pause_plan, resume_plan, withdraw_plan, check_signing):
        with pytest.raises(NotFound):
            way(actor=other.actor, plan_id=plan_id, now=NOW)
    with pytest.raises(NotFound):
        list_deductions(actor=other.actor, plan_id=plan_id)
    look()
    for decide in (skip_deduction, take_deduction_now):
        with pytest.raises(NotFound):
            decide(actor=other.actor, deduction_id=only_deduction().id, now=NOW)


def test_nothing_is_looked_at_before_the_gateway_says_it_is_signed(payer, billers, bank):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    asked = billers.asked
    look(NOW + timedelta(minutes=5))
    assert check_signing(actor=payer.actor, plan_id=plan_id, now=NOW).state is PlanState.SIGNING
    assert (billers.asked, Deduction.objects.count()) == (asked, 0)
    with pytest.raises(PlanNotLive):
        pause_plan(actor=payer.actor, plan_id=plan_id, now=NOW)


@pytest.mark.parametrize("way", ["page", "worker"])
def test_a_lost_notify_of_a_signature_is_asked_for(payer, bank, way):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    bank.sign(external_no(plan_id))
    if way == "page":
        check_signing(actor=payer.actor, plan_id=plan_id, now=NOW)
    else:
        look(NOW + timedelta(minutes=2))
    assert plan(payer, plan_id).state is PlanState.ACTIVE


def test_what_is_not_signed_in_a_day_is_over(payer, bank):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    look(NOW + timedelta(days=1))
    relay_events(NOW)
    assert plan(payer, plan_id).state is PlanState.ENDED
    assert "自动缴费已停止" in titles(payer)


def word(plan_id: int, state: AgreementState, number: str = "") -> AgreementWord:
    return AgreementWord(external_no(plan_id), number or f"G{external_no(plan_id)}", state)


def test_words_of_the_gateway_repeated_or_out_of_order_change_nothing_more(payer, bank, plan_id):
    signed, ended = word(plan_id, AgreementState.ACTIVE), word(plan_id, AgreementState.ENDED)
    assert note_agreement(gateway_code="paybank", word=signed, now=NOW) == "repeated"
    assert note_agreement(gateway_code="paybank", word=ended, now=NOW) == "ended"
    assert note_agreement(gateway_code="paybank", word=ended, now=NOW) == "repeated"
    assert note_agreement(gateway_code="paybank", word=signed, now=NOW) == "repeated"
    assert plan(payer, plan_id).state is PlanState.ENDED
    assert not plan(payer, plan_id).is_gateway_told  # signed after the end: it is ended at the gateway
    end_at_gateways(NOW)
    assert bank.agreements[external_no(plan_id)] is AgreementState.ENDED
    assert plan(payer, plan_id).is_gateway_told


def test_words_about_others_agreements_are_not_believed(payer, bank, plan_id):
    assert note_agreement(gateway_code="other", word=word(plan_id, AgreementState.ENDED), now=NOW) == "unknown"
    assert note_agreement(gateway_code="paybank", word=word(plan_id, AgreementState.ENDED, "G9"), now=NOW) == "unknown"
    for number in ("AP1", "AP" + "9" * 18, "x", "", "ＡＰ123", "AP" + "1" * 40):
        strange = AgreementWord(number, "G1", AgreementState.ENDED)
        assert note_agreement(gateway_code="paybank", word=strange, now=NOW) == "unknown"
    assert plan(payer, plan_id).state is PlanState.ACTIVE


# Limits


def test_a_bill_over_the_limit_is_told_once_a_month_and_not_taken(payer, billers, bank, plan_id):
    billers.bills[WATER] = [bill(WATER, fen=30_001)]
    for day in range(3):
        look(NOW + timedelta(days=day))
    run(NOW + timedelta(days=4))
    assert (only_deduction().state, only_deduction().reason) == ("skipped", "over_limit")
    assert titles(payer).count("这笔没有自动缴") == 1
    assert bank.wishes == []


def test_the_months_cap_holds_and_is_free_again_next_month(payer, billers, bank, plan_id):
    months = ("2026-09", "2026-10")
    billers.bills[WATER] = [bill(WATER, month=month, fen=29_000) for month in months]
    look()
    run(TAKEN)
    states = sorted(Deduction.objects.values_list("state", "reason"))
    assert states == [("done", ""), ("skipped", "over_cap")]
    assert plan(payer, plan_id).used_fen == 29_000
    december = datetime(2026, 12, 2, 2, tzinfo=UTC)
    look(december)
    run(december + A_DAY)
    assert sum(each.is_paid for each in billers.bills[WATER]) == 2
    assert (plan(payer, plan_id).month, plan(payer, plan_id).used_fen) == ("2026-12", 29_000)


def test_what_is_announced_in_one_month_and_taken_in_the_next_counts_in_the_next(payer, billers, bank, plan_id):
    eve = datetime(2026, 11, 30, 10, tzinfo=UTC)
    Plan.objects.update(look_at=eve)
    look(eve)
    run(eve + A_DAY)
    assert (plan(payer, plan_id).month, plan(payer, plan_id).used_fen) == ("2026-12", 3_588)
    assert only_deduction().state == "done"


def test_the_database_keeps_the_cap_too(payer, plan_id):
    with pytest.raises(IntegrityError, match="autopay_plan_cap"), transaction.atomic():
        Plan.objects.update(month_used_fen=50_001)


# Things that go wrong


def test_a_biller_that_is_down_is_asked_again_with_a_pause_that_grows(payer, billers, bank, plan_id):
    billers.is_down = True
    moment, asked = NOW, []
    for _ in range(6):
        assert look(moment) == 1
        after = Plan.objects.get().look_at
        assert after is not None
        asked.append((after - moment).total_seconds())
        moment = after
    assert asked == [30, 60, 120, 240, 480, 960]
    billers.is_down = False
    look(moment)
    assert Deduction.objects.count() == 1


def test_a_gateway_that_is_down_delays_and_doubles_nothing(payer, billers, bank, announced):
    bank.is_down = True
    moment = TAKEN
    for _ in range(30):
        take(moment)
        close_expired_orders(moment)
        moment += timedelta(minutes=10)
    assert Capture.objects.count() == 0
    bank.is_down = False
    for _ in range(80):
        take(moment)
        close_expired_orders(moment)
        moment += timedelta(minutes=10)
    assert (Capture.objects.count(), only_deduction().state) == (1, "done")


def test_a_lost_answer_is_asked_for(payer, bank, announced):
    bank.loses_answers = True
    run(TAKEN, steps=1)
    bank.loses_answers = False
    for minute in range(5):
        take(TAKEN + timedelta(minutes=minute))
    assert (len(bank.wishes), only_deduction().state) == (1, "done")


class Killed(BaseException):
    """The worker dies here."""


@pytest.mark.parametrize("step", ["create_order", "pay_by_agreement", "mark_taken"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_at_any_step_takes_the_money_once(payer, billers, bank, announced, monkeypatch, step, when):
    room = ordering if step == "create_order" else taking
    real = getattr(room, step)

    def dies(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(room, step, dies)
    with pytest.raises(Killed):
        take(TAKEN)
    monkeypatch.setattr(room, step, real)
    if (step, when) != ("mark_taken", "after"):
        assert take(TAKEN + timedelta(seconds=30)) == 0  # the lease holds
    for minute in range(3, 30, 3):
        take(TAKEN + timedelta(minutes=minute))
    assert (only_deduction().state, Capture.objects.count(), len(bank.wishes)) == ("done", 1, 1)
    assert len(billers.told) == 1


def test_short_of_money_is_tried_on_three_days_then_given_up_and_told(payer, billers, bank, announced, plan_id):
    bank.is_short = True
    for day in range(6):
        run(TAKEN + timedelta(days=day))
        look(TAKEN + timedelta(days=day))
    assert (only_deduction().state, only_deduction().reason, len(bank.wishes)) == ("failed", "money_short", 3)
    assert titles(payer).count("余额不足，没有扣成") == 1
    assert titles(payer).count("试了三次都没有扣成") == 1
    assert plan(payer, plan_id).used_fen == 0
    # The order is closed each time, so that the bill can be paid by hand.
    assert place(payer.actor, WATER_BILL, now=TAKEN + timedelta(days=6))


def test_another_amount_than_announced_is_not_taken_but_announced_anew(payer, billers, bank, announced):
    billers.bills[WATER] = [bill(WATER, late=12)]
    run(TAKEN)
    assert bank.wishes == []
    first = only_deduction()
    assert (first.state, first.reason) == ("skipped", "amount_changed")
    look(TAKEN + timedelta(minutes=1))
    second = Deduction.objects.exclude(id=first.id).get()
    assert second.amount_fen == 3_600
    run(TAKEN + timedelta(minutes=1) + A_DAY)
    assert Capture.objects.get().amount_fen == 3_600


def test_what_somebody_else_has_paid_is_skipped(payer, billers, bank, announced):
    billers.bills[WATER] = [bill(WATER, is_paid=True)]
    run(TAKEN)
    assert (only_deduction().state, only_deduction().reason) == ("skipped", "not_owed")
    assert bank.wishes == []


def test_a_bill_the_owner_is_paying_by_hand_is_left_to_them(payer, billers, bank, announced):
    order_id = place(payer.actor, WATER_BILL, now=TAKEN)
    run(TAKEN)
    assert bank.wishes == []
    assert get_order(order_id).is_unpaid
    close_expired_orders(TAKEN + timedelta(minutes=16))
    run(TAKEN + timedelta(minutes=17))
    assert (len(bank.wishes), only_deduction().state) == (1, "done")


def test_what_the_biller_refuses_goes_back_and_is_free_in_the_cap(payer, billers, bank, announced, plan_id):
    billers.told["elsewhere"] = f"{WATER}202610"
    run(TAKEN)
    send_due_refunds(TAKEN)
    assert only_deduction().state == "given_back"
    assert plan(payer, plan_id).used_fen == 0
    assert sum(bank.refunds.values()) == 3_588
    look(TAKEN + timedelta(days=2))
    assert Deduction.objects.count() == 1


# The owner's word


def test_skipping_a_bill_is_for_good(payer, billers, bank, announced, plan_id):
    skip_deduction(actor=payer.actor, deduction_id=announced.id, now=NOW)
    assert plan(payer, plan_id).used_fen == 0
    with pytest.raises(DeductionBegun):
        take_deduction_now(actor=payer.actor, deduction_id=announced.id, now=NOW)
    look(NOW + timedelta(days=2))
    run(NOW + timedelta(days=4))
    assert (Deduction.objects.count(), bank.wishes) == (1, [])


def test_taking_now_does_not_wait(payer, bank, announced):
    take_deduction_now(actor=payer.actor, deduction_id=announced.id, now=NOW)
    run(NOW)
    assert only_deduction().state == "done"


def test_paused_nothing_is_taken_and_resumed_it_is_announced_again(payer, bank, announced, plan_id):
    for _ in range(2):
        pause_plan(actor=payer.actor, plan_id=plan_id, now=NOW)
    look(NOW + timedelta(days=2))
    run(NOW + timedelta(days=3))
    assert (bank.wishes, only_deduction().reason, plan(payer, plan_id).used_fen) == ([], "paused", 0)
    resumed = NOW + timedelta(days=4)
    for _ in range(2):
        resume_plan(actor=payer.actor, plan_id=plan_id, now=resumed)
    look(resumed)
    run(resumed + A_DAY)
    assert len(bank.wishes) == 1


def test_withdrawn_it_ends_here_and_at_the_gateway_at_once(payer, bank, announced, plan_id):
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=NOW)
    assert bank.agreements[external_no(plan_id)] is AgreementState.ENDED
    assert only_deduction().reason == "withdrawn"
    run(TAKEN)
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=NOW)
    for way in (pause_plan, resume_plan):
        with pytest.raises(PlanNotLive):
            way(actor=payer.actor, plan_id=plan_id, now=NOW)
    with pytest.raises(PlanNotLive):
        open_signing(actor=payer.actor, plan_id=plan_id, return_url="", notify_url="")
    assert bank.wishes == []


def test_a_gateway_that_is_down_is_told_of_the_end_until_it_has_heard(payer, bank, announced, plan_id):
    bank.is_down = True
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=NOW)
    assert not plan(payer, plan_id).is_gateway_told
    assert end_at_gateways(NOW) == 1
    assert end_at_gateways(NOW) == 0
    bank.is_down = False
    run(TAKEN)
    assert bank.wishes == []
    assert end_at_gateways(NOW + timedelta(minutes=1)) == 1
    assert bank.agreements[external_no(plan_id)] is AgreementState.ENDED
    assert plan(payer, plan_id).is_gateway_told


def test_withdrawn_while_a_try_is_unanswered_nothing_more_is_tried(payer, bank, announced, plan_id):
    bank.is_down = True
    take(TAKEN)
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=TAKEN)
    bank.is_down = False
    bank.agreements[external_no(plan_id)] = AgreementState.ACTIVE  # even if the gateway still would
    for minute in range(0, 30, 3):
        take(TAKEN + timedelta(minutes=minute))
    assert (bank.wishes, only_deduction().state, only_deduction().reason) == ([], "skipped", "withdrawn")


def test_withdrawn_after_the_gateway_took_it_the_money_is_booked(payer, bank, announced, plan_id):
    bank.loses_answers = True
    take(TAKEN)
    withdraw_plan(actor=payer.actor, plan_id=plan_id, now=TAKEN)
    bank.loses_answers = False
    for minute in range(0, 30, 3):
        take(TAKEN + timedelta(minutes=minute))
    assert (Capture.objects.count(), only_deduction().state) == (1, "done")


@pytest.mark.parametrize("is_told", [True, False])
def test_ended_at_the_gateway_it_ends_here(payer, bank, announced, plan_id, is_told):
    body = bank.unsign(external_no(plan_id))
    if is_told:
        word = bank.read_agreement_notify({}, body)
        assert word is not None
        assert note_agreement(gateway_code="paybank", word=word, now=NOW) == "ended"
    run(TAKEN)
    relay_events(TAKEN)
    assert plan(payer, plan_id).state is PlanState.ENDED
    assert only_deduction().reason == "withdrawn"
    assert not Capture.objects.exists()
    assert "自动缴费已停止" in titles(payer)


def test_unbinding_the_account_ends_the_plan(payer, bank, plan_id):
    found = plan(payer, plan_id)
    unbind_account(actor=payer.actor, bound_id=found.bound_id, now=NOW)
    look()
    assert plan(payer, plan_id).state is PlanState.ENDED
    end_at_gateways(NOW)
    assert bank.agreements[external_no(plan_id)] is AgreementState.ENDED


# Cards


def test_a_card_that_runs_low_is_topped_up_until_it_is_not(payer, billers, bank):
    billers.balance_fen = 1_999
    plan_id = agree_card(payer.actor)
    sign(bank, payer.actor, plan_id)
    look()
    (announced,) = list_deductions(actor=payer.actor, plan_id=plan_id).deductions
    assert (announced.amount_fen, announced.take_after) == (10_000, NOW + timedelta(minutes=10))
    run(NOW + timedelta(minutes=10))
    assert billers.balance_fen == 11_999
    look(NOW + timedelta(hours=2))
    assert Deduction.objects.count() == 1


def test_a_card_is_not_topped_up_twice_while_the_school_has_not_confirmed(payer, billers, bank):
    sign(bank, payer.actor, agree_card(payer.actor))
    look()
    billers.loses_answers = True
    run(NOW + timedelta(minutes=10))
    billers.balance_fen = 0  # as if it were not there yet
    for hour in range(1, 6):
        look(NOW + timedelta(hours=hour))
    assert (Deduction.objects.count(), only_deduction().state) == (1, "taken")


def test_a_cards_cap_holds_over_many_top_ups(payer, billers, bank):
    plan_id = agree_card(payer.actor, cap=300)
    sign(bank, payer.actor, plan_id)
    for hour in range(24):
        billers.balance_fen = 0
        moment = NOW + timedelta(hours=2 * hour)
        look(moment)
        run(moment + timedelta(minutes=10))
    assert Capture.objects.count() == 3
    assert plan(payer, plan_id).used_fen == 30_000
    assert titles(payer).count("这笔没有自动缴") == 1


# What the database itself refuses


def refused(actor, statement: str, error=ProgrammingError) -> None:
    with scope(actor), pytest.raises(error), transaction.atomic():
        connection.cursor().execute(statement)


def test_owners_see_and_change_their_own_rows_only_and_sign_nothing(payer, bank, announced, plan_id):
    other = make_resident(name="李明")
    for table in ("autopay_plan", "autopay_deduction"):
        with scope(other.actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")
            assert cursor.fetchall() == []
            cursor.execute(f"UPDATE {table} SET version = version + 1")
            assert cursor.rowcount == 0
    refused(payer.actor, "UPDATE autopay_plan SET monthly_cap_fen = 10")
    refused(payer.actor, "UPDATE autopay_plan SET agreement_no = 'x'")
    refused(payer.actor, "UPDATE autopay_deduction SET amount_fen = 1")
    refused(payer.actor, "DELETE FROM autopay_deduction")
    unsigned = agree_bills(payer.actor, bind(payer.actor, number="2000000006", biller="changsha-electricity"))
    Plan.objects.filter(id=unsigned).update(agreement_no="x")
    refused(payer.actor, f"UPDATE autopay_plan SET state = 'active' WHERE id = {unsigned}", IntegrityError)


@pytest.mark.parametrize("before", list(DeductionState))
@pytest.mark.parametrize("after", list(DeductionState))
def test_the_database_knows_the_table_of_deductions(payer, announced, before, after):
    if before is after:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # without the trigger
        Deduction.objects.update(state=before)
        cursor.execute("SET LOCAL session_replication_role = origin")
    if after in DEDUCTION_STEPS[before]:
        assert Deduction.objects.update(state=after) == 1
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            Deduction.objects.update(state=after)


@pytest.mark.parametrize("before", list(PlanState))
@pytest.mark.parametrize("after", list(PlanState))
def test_the_database_knows_the_table_of_plans(payer, plan_id, before, after):
    if before is after:
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # without the trigger
        Plan.objects.update(state=before)
        cursor.execute("SET LOCAL session_replication_role = origin")
    if after in PLAN_STEPS[before]:
        assert Plan.objects.update(state=after) == 1
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.update(state=after)


# One's own data


def test_one_gets_ones_data_and_an_erased_account_pays_nothing_more(payer, bank, announced, plan_id):
    assert [row["kind"] for row in export_auto_pay(payer.actor)] == ["auto_pay", "deduction"]
    erase_auto_pay(payer.account_id, payer.person_id, NOW)
    assert not Deduction.objects.exists()
    left = Plan.objects.get()
    assert (left.title, left.bound_id, left.state) == ("", None, "ended")
    end_at_gateways(NOW)
    assert bank.agreements[external_no(plan_id)] is AgreementState.ENDED


def test_pauses_grow_to_six_hours():
    assert [pause_after(tries).total_seconds() for tries in (-1, 0, 1, 5, 20, 10**6)] == [
        30,
        30,
        60,
        960,
        21_600,
        21_600,
    ]


def test_looking_is_done_once(payer, bank, plan_id):
    assert (look(), look()) == (1, 0)
    assert look_at_due_plans(NOW + timedelta(days=9)) == 1
