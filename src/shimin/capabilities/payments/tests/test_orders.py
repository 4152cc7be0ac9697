"""Orders at their public face: placed once, captured once, settled, closed; the ledger sums to zero all the while."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    BeingPaid,
    CaptureOutcome,
    LineState,
    OrderExpired,
    OrderKeyReused,
    OrderState,
    PayableClosed,
    RefundStage,
    begin_payment,
    capture,
    check_order,
    close_expired_orders,
    close_order,
    find_claim,
    get_order,
    get_order_for,
    list_orders,
    poll_attempts,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, begin, new_key, pay, place
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import InvalidInput, NotFound, Unavailable
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, sum(amount_fen)::bigint FROM payments_ledger_entry GROUP BY account")
        return {account: int(total) for account, total in cursor.fetchall() if total}


def count_events(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_event WHERE name = %s", [name])
        return int(cursor.fetchone()[0])


def test_a_debt_is_placed_paid_and_settled(keeper, till):
    order = pay(till, keeper.owe("v1"))
    assert order.state is OrderState.CAPTURED
    assert balances() == {"gateway:testpay": 20_000, "payee:agency:77": -20_000}
    assert count_events("payments.order_captured") == 1
    assert settle_due_lines(NOW) == 1
    order = get_order_for(actor=PAYER, order_id=order.order_id)
    assert (order.state, order.lines[0].state) == (OrderState.SETTLED, LineState.SETTLED)
    assert order.lines[0].keeper_receipt == f"R{order.lines[0].line_id}"
    assert keeper.settled == [order.lines[0].line_id]
    assert settle_due_lines(NOW + timedelta(hours=1)) == 0


def test_placing_is_one_statement_and_capturing_another(keeper, till):
    debt = keeper.owe("v1")
    with count_statements() as seen:
        order_id = place(debt)
    assert seen.count == 1
    receipt = till.pay(begin(till, order_id), NOW)
    with count_statements() as seen:
        capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=NOW)
    assert seen.count == 1


def test_the_same_key_makes_one_order_for_ever(keeper):
    key, debt = new_key(), keeper.owe("v1")
    first = place(debt, key=key)
    assert place(debt, key=key) == first
    assert place(debt, key=key, now=NOW + timedelta(days=900)) == first
    with pytest.raises(OrderKeyReused):
        place(keeper.owe("v2"), key=key)


def test_the_same_payer_gets_the_open_order_back(keeper):
    debt = keeper.owe("v1")
    assert place(debt) == place(debt)


def test_refuses_a_debt_that_another_person_is_paying(keeper):
    place(keeper.owe("v1"))
    with pytest.raises(BeingPaid) as refused:
        place(("test", "v1"), actor=OTHER)
    assert refused.value.order_id is None
    assert refused.value.until == NOW + timedelta(minutes=15)


def test_a_debt_is_free_again_when_nobody_paid_in_time(keeper):
    place(keeper.owe("v1"))
    later = NOW + timedelta(minutes=16)
    assert place(("test", "v1"), actor=OTHER, now=later)


def test_names_the_own_order_that_holds_a_part_of_it(keeper):
    first = place(keeper.owe("v1"))
    with pytest.raises(BeingPaid) as refused:
        place(("test", "v1"), keeper.owe("v2"))
    assert refused.value.order_id == first


def test_a_paid_debt_is_never_paid_again(keeper, till):
    order = pay(till, keeper.owe("v1"))
    with pytest.raises(AlreadyPaid) as refused:
        place(("test", "v1"))
    assert refused.value.order_id == order.order_id
    assert "11月22日 10:00" in refused.value.message
    settle_due_lines(NOW)
    with pytest.raises(AlreadyPaid) as refused:
        place(("test", "v1"), actor=OTHER)
    assert refused.value.order_id is None
    claim = find_claim(actor=OTHER, kind="test", ref="v1", now=NOW)
    assert claim is not None
    assert (claim.is_paid, claim.own_order_id) == (True, None)


def test_a_repeated_receipt_changes_nothing(keeper, till):
    order_id = place(keeper.owe("v1"))
    receipt = till.pay(begin(till, order_id), NOW)
    outcomes = [capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=NOW) for _ in range(3)]
    assert outcomes == [CaptureOutcome.CAPTURED, CaptureOutcome.REPEATED, CaptureOutcome.REPEATED]
    assert balances()["gateway:testpay"] == 20_000
    assert count_events("payments.order_captured") == 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"amount_fen": 1}, CaptureOutcome.WRONG_AMOUNT),
        ({"gateway": "other"}, CaptureOutcome.UNKNOWN),
        ({"out_trade_no": "430100123456789012345678901"}, CaptureOutcome.UNKNOWN),
        ({"out_trade_no": "x' OR 1=1 --"}, CaptureOutcome.UNKNOWN),
    ],
)
def test_a_receipt_that_does_not_fit_is_not_believed(keeper, till, change, outcome):
    order_id = place(keeper.owe("v1"))
    receipt = replace(till.pay(begin(till, order_id), NOW), **change)
    assert capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=NOW) is outcome
    assert get_order(order_id).state is OrderState.PAYING
    assert balances() == {}


def test_a_second_payment_of_an_order_goes_back_by_itself(keeper, till):
    order = pay(till, keeper.owe("v1"))
    again = replace(till.receipts[order.attempts[0].out_trade_no], trade_no="T-second")
    assert capture(actor=ANONYMOUS, receipt=again, source="notify", now=NOW) is CaptureOutcome.SURPLUS
    assert balances() == {"gateway:testpay": 40_000, "payee:agency:77": -20_000, "surplus": -20_000}
    assert send_due_refunds(NOW) == 1
    assert balances() == {"gateway:testpay": 20_000, "payee:agency:77": -20_000}
    assert [refund.stage for refund in get_order(order.order_id).refunds] == [RefundStage.DONE]
    assert list(till.refunds.values()) == [20_000]


def test_late_money_for_a_debt_that_somebody_else_paid_goes_back(keeper, till):
    late_id = place(keeper.owe("v1"), keeper.owe("v2", 500))
    number = begin(till, late_id)
    later = NOW + timedelta(minutes=20)
    pay(till, ("test", "v1"), actor=OTHER, now=later)
    receipt = till.pay(number, later)
    assert capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=later) is CaptureOutcome.CAPTURED
    late = get_order(late_id)
    assert [line.state for line in late.lines] == [LineState.SURPLUS, LineState.PAID]
    send_due_refunds(later)
    settle_due_lines(later)
    late = get_order(late_id)
    assert (late.state, late.refunded_fen) == (OrderState.SETTLED, 20_000)
    assert balances() == {"gateway:testpay": 20_500, "payee:agency:77": -20_500}


def test_polling_finds_what_no_notify_told(keeper, till):
    order_id = place(keeper.owe("v1"))
    till.pay(begin(till, order_id), NOW)
    assert poll_attempts(NOW) == 0
    assert poll_attempts(NOW + timedelta(seconds=6)) == 1
    assert get_order(order_id).state is OrderState.CAPTURED


def test_coming_back_asks_the_gateway_and_a_silent_one_changes_nothing(keeper, till):
    order_id = place(keeper.owe("v1"))
    number = begin(till, order_id)
    assert check_order(actor=PAYER, order_id=order_id, now=NOW).state is OrderState.PAYING
    till.pay(number, NOW)
    till.is_down = True
    assert check_order(actor=PAYER, order_id=order_id, now=NOW).state is OrderState.PAYING
    till.is_down = False
    assert check_order(actor=PAYER, order_id=order_id, now=NOW).state is OrderState.CAPTURED


def test_an_order_is_closed_when_its_time_is_over(keeper, till):
    order_id = place(keeper.owe("v1"))
    begin(till, order_id)
    assert close_expired_orders(NOW + timedelta(minutes=14)) == 0
    assert close_expired_orders(NOW + timedelta(minutes=15)) == 1
    assert get_order(order_id).state is OrderState.CLOSED
    assert count_events("payments.order_closed") == 1
    with pytest.raises(OrderExpired):
        begin(till, order_id)


def test_closing_takes_money_that_was_quicker(keeper, till):
    order_id = place(keeper.owe("v1"))
    till.pay(begin(till, order_id), NOW)
    with pytest.raises(AlreadyPaid):
        close_order(actor=PAYER, order_id=order_id, now=NOW)
    assert get_order(order_id).state is OrderState.CAPTURED


def test_closing_waits_for_a_gateway_that_does_not_answer(keeper, till):
    order_id = place(keeper.owe("v1"))
    begin(till, order_id)
    till.is_down = True
    with pytest.raises(Unavailable):
        close_order(actor=PAYER, order_id=order_id, now=NOW)
    assert get_order(order_id).state is OrderState.PAYING


def test_a_keeper_that_is_down_is_asked_until_it_answers(keeper, till):
    order = pay(till, keeper.owe("v1"))
    keeper.is_down = True
    assert settle_due_lines(NOW) == 1
    assert settle_due_lines(NOW + timedelta(seconds=1)) == 0, "leased"
    keeper.is_down = False
    assert settle_due_lines(NOW + timedelta(minutes=1)) == 1
    assert get_order(order.order_id).state is OrderState.SETTLED


def test_money_that_the_keeper_refuses_goes_back(keeper, till):
    order = pay(till, keeper.owe("v1"))
    keeper.refuses = True
    settle_due_lines(NOW)
    assert balances() == {"gateway:testpay": 20_000, "surplus": -20_000}
    send_due_refunds(NOW)
    assert balances() == {}
    assert get_order(order.order_id).state is OrderState.REFUNDED
    assert count_events("payments.order_refunded") == 1


def test_an_order_without_account_is_read_by_its_link_only(keeper):
    order_id = place(keeper.owe("v1"), actor=ANONYMOUS)
    link = get_order(order_id).link
    assert get_order_for(actor=ANONYMOUS, order_id=order_id, link=link).total_fen == 20_000
    assert get_order_for(actor=OTHER, order_id=order_id, link=link).lines[0].ref == "v1"
    for wrong in ("", "x", link[:-1] + "!"):
        with pytest.raises(NotFound):
            get_order_for(actor=ANONYMOUS, order_id=order_id, link=wrong)


def test_an_order_of_an_account_is_read_by_nobody_else(keeper):
    order_id = place(keeper.owe("v1"))
    link = get_order(order_id).link
    for actor in (OTHER, ANONYMOUS):
        with pytest.raises(NotFound):
            get_order_for(actor=actor, order_id=order_id, link=link)
        with pytest.raises(NotFound):
            begin_payment(
                actor=actor, order_id=order_id, gateway_code="testpay", return_url="", notify_url="", now=NOW, link=link
            )
    assert list_orders(OTHER).orders == ()
    assert [order.order_id for order in list_orders(PAYER).orders] == [order_id]


@pytest.mark.parametrize("amount", [0, -1])
def test_refuses_an_amount_that_is_nothing(keeper, amount):
    with pytest.raises(PayableClosed):
        place(keeper.owe("v1", amount))


def test_refuses_amounts_lists_and_cities_that_cannot_be(keeper):
    with pytest.raises(InvalidInput):
        place(keeper.owe("v1", 10**14))
    with pytest.raises(InvalidInput):
        place()
    with pytest.raises(InvalidInput):
        place(keeper.owe("v2"), ("test", "v2"))
    with pytest.raises(InvalidInput):
        place(*[keeper.owe(f"m{number}") for number in range(21)])
    with pytest.raises(InvalidInput):
        place(keeper.owe("v3"), keeper.owe("v4", city_code="330100"))
    with pytest.raises(InvalidInput):
        place(keeper.owe("v5"), key="kurz")
    with pytest.raises(PayableClosed) as refused:
        place(keeper.owe("v6", closed_words="这张通知已经撤销，不用缴。"))
    assert refused.value.message == "这张通知已经撤销，不用缴。"
    for unknown in (("test", "nobody"), ("nothing", "v1")):
        with pytest.raises(NotFound):
            place(unknown)


def test_a_gateway_that_refuses_holds_up_no_other_order(keeper, till):
    first, second = place(keeper.owe("v1")), place(keeper.owe("v2"))
    begin(till, first)
    till.pay(begin(till, second), NOW)
    till.refuses = True
    assert poll_attempts(NOW + timedelta(seconds=6)) == 2
    assert close_expired_orders(NOW + timedelta(minutes=16)) == 0
    assert check_order(actor=PAYER, order_id=second, now=NOW).state is OrderState.PAYING
    till.refuses = False
    assert poll_attempts(NOW + timedelta(minutes=16)) == 2
    assert get_order(second).state is OrderState.CAPTURED


def test_a_gateway_is_not_told_what_somebody_was_fined_for(keeper, till):
    fine = begin(till, place(keeper.owe("v1", title="交通违法罚款（驾驶机动车违反道路交通信号灯通行）")))
    subject = till.trades[fine].subject
    assert re.fullmatch("长沙市公安局交通警察支队罚款 [0-9A-Z]{6}", subject), subject
    water = begin(till, place(keeper.owe("v2", title="水费（2026年10月）", item_code="water")))
    assert till.trades[water].subject == "水费（2026年10月）"
