"""Refunds: four eyes, never more than was paid, and the debt is free again afterwards."""

from __future__ import annotations

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.ports import RefundState
from shimin.capabilities.payments.public import (
    OrderState,
    RefundDecided,
    RefundStage,
    RefundTooLarge,
    SameTwoEyes,
    decide_refund,
    get_order,
    request_refund,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, pay, place
from shimin.kernel.actor import Actor
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db
FIRST = officer("payments.finance", account_id=31, region_code="430100")
SECOND = officer("payments.finance", account_id=32, region_code="430100")


def ask(line_id: int, amount_fen: int = 20_000, actor: Actor = FIRST, words: str = "复议决定书〔2026〕7号") -> int:
    return request_refund(
        actor=actor, line_id=line_id, amount_fen=amount_fen, reason="decision_revoked", words=words, now=NOW
    )


@pytest.fixture
def line_id(keeper, till) -> int:
    order = pay(till, keeper.owe("v1"))
    settle_due_lines(NOW)
    return order.lines[0].line_id


def test_two_people_give_money_back_and_the_debt_is_free(line_id, keeper, till):
    refund_id = ask(line_id)
    assert send_due_refunds(NOW) == 0
    decide_refund(actor=SECOND, refund_id=refund_id, agree=True, now=NOW)
    assert send_due_refunds(NOW) == 1
    settle_due_lines(NOW)
    assert keeper.reverted == [line_id]
    assert place(("test", "v1"), actor=OTHER)


def test_who_asked_may_not_agree(line_id):
    refund_id = ask(line_id)
    with pytest.raises(SameTwoEyes):
        decide_refund(actor=FIRST, refund_id=refund_id, agree=True, now=NOW)
    decide_refund(actor=SECOND, refund_id=refund_id, agree=False, now=NOW)
    with pytest.raises(RefundDecided):
        decide_refund(actor=SECOND, refund_id=refund_id, agree=True, now=NOW)
    assert ask(line_id), "what was declined can be asked for again"


def test_never_more_than_was_paid_goes_back(line_id):
    ask(line_id, 15_000)
    with pytest.raises(RefundTooLarge, match=r"50\.00"):
        ask(line_id, 5_001)
    assert ask(line_id, 5_000)
    with pytest.raises(RefundTooLarge):
        ask(line_id, 1)


def test_a_part_goes_back_and_the_debt_stays_paid(line_id, keeper):
    decide_refund(actor=SECOND, refund_id=ask(line_id, 5_000), agree=True, now=NOW)
    send_due_refunds(NOW)
    settle_due_lines(NOW)
    assert keeper.reverted == []


def test_a_gateway_that_takes_its_time_is_asked_again(line_id, till):
    refund_id = ask(line_id)
    decide_refund(actor=SECOND, refund_id=refund_id, agree=True, now=NOW)
    till.refund_state = RefundState.PENDING
    send_due_refunds(NOW)
    till.refund_state = RefundState.DONE
    later = NOW.replace(hour=5)
    assert send_due_refunds(later) == 1
    assert len(till.refunds) == 1


def test_only_finance_of_the_region_may(line_id):
    for stranger in (PAYER, officer("payments.teller", account_id=33)):
        with pytest.raises(Forbidden):
            ask(line_id, actor=stranger)
    with pytest.raises(NotFound):
        ask(line_id, actor=officer("payments.finance", account_id=34, region_code="330100"))
    with pytest.raises(NotFound):
        ask(line_id, actor=officer("payments.finance", account_id=35, agency_id=78))


@pytest.mark.parametrize(("amount", "words"), [(0, "x"), (-5, "x"), (5, " "), (5, "长" * 201)])
def test_names_what_is_wrong_with_a_request(line_id, amount, words):
    with pytest.raises(InvalidInput):
        ask(line_id, amount, words=words)


def test_the_whole_order_is_refunded(keeper, till):
    order = pay(till, keeper.owe("v1"), keeper.owe("v2", 100))
    settle_due_lines(NOW)
    for line in order.lines:
        decide_refund(actor=SECOND, refund_id=ask(line.line_id, line.amount_fen), agree=True, now=NOW)
    send_due_refunds(NOW)
    current = get_order(order.order_id)
    assert (current.state, current.refunded_fen) == (OrderState.REFUNDED, 20_100)
    assert {refund.stage for refund in current.refunds} == {RefundStage.DONE}
