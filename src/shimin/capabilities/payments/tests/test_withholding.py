"""Taking money under an agreement: once, whatever is lost, and never beside somebody who pays by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.models import Capture, LedgerEntry
from shimin.capabilities.payments.ports.agreement import _agreements
from shimin.capabilities.payments.ports.gateway import _gateways
from shimin.capabilities.payments.public import (
    AgreementGone,
    AgreementState,
    AlreadyPaid,
    MoneyShort,
    OrderExpired,
    OrderState,
    Owed,
    create_order,
    get_order,
    pay_by_agreement,
    poll_attempts,
)
from shimin.capabilities.payments.tests.agreements import AGREED, FakeWithholder
from shimin.capabilities.payments.tests.factories import PAYER, begin, new_key
from shimin.capabilities.payments.tests.keepers import FakeKeeper
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.errors import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch) -> FakeWithholder:
    """A gateway "paybank" that keeps agreements, in memory."""
    fake = FakeWithholder(code="paybank", title="自动支付")
    monkeypatch.setitem(_gateways, fake.code, fake)
    monkeypatch.setitem(_agreements, fake.code, fake)
    return fake


def place(debt, now=NOW):
    return create_order(
        actor=SYSTEM, lines=[debt], purpose="auto", idempotency_key=new_key(), now=now,
        payer_account_id=PAYER.account_id,
    )  # fmt: skip


def take(order_id, now=NOW):
    return pay_by_agreement(
        order_id=order_id, gateway_code="paybank", agreement_no=f"G{AGREED}", notify_url="https://x/n", now=now
    )


def test_takes_the_money_in_the_payers_name(keeper, bank):
    order = take(place(keeper.owe("a")))
    assert (order.state, order.payer_account_id, order.gateway) == (OrderState.CAPTURED, PAYER.account_id, "paybank")
    (capture,) = Capture.objects.all()
    assert (capture.source, capture.amount_fen) == ("agreement", 20_000)
    assert LedgerEntry.objects.filter(account="gateway:paybank").count() == 1


def test_the_keeper_is_asked_as_the_payer_and_as_nobody_else(keeper, bank, monkeypatch):
    asked: list[Actor] = []

    def note(self: FakeKeeper, *, actor: Actor, ref: str, now: datetime) -> Owed:
        asked.append(actor)
        return self.debts[ref]

    monkeypatch.setattr(FakeKeeper, "owed", note)
    place(keeper.owe("a"))
    (actor,) = asked
    assert (actor.kind, actor.account_id, actor.person_id, actor.grants) == (
        ActorKind.SYSTEM, PAYER.account_id, None, (),
    )  # fmt: skip


def test_a_lost_answer_is_asked_for_and_nothing_is_taken_twice(keeper, bank):
    order_id = place(keeper.owe("a"))
    bank.loses_answers = True
    with pytest.raises(Unavailable):
        take(order_id)
    assert get_order(order_id).state is OrderState.PAYING
    bank.loses_answers = False
    assert take(order_id).is_paid
    assert len(bank.wishes) == 1  # the second time the gateway was asked, not told to take
    with pytest.raises(AlreadyPaid):
        take(order_id)
    assert Capture.objects.count() == 1


def test_polling_finds_what_was_taken_when_the_worker_was_killed(keeper, bank):
    order_id = place(keeper.owe("a"))
    bank.loses_answers = True
    with pytest.raises(Unavailable):
        take(order_id)
    bank.loses_answers = False
    poll_attempts(NOW.replace(minute=NOW.minute + 1))
    assert get_order(order_id).is_paid
    assert Capture.objects.count() == 1


def test_a_gateway_that_is_down_is_asked_again_under_the_same_number(keeper, bank):
    order_id = place(keeper.owe("a"))
    bank.is_down = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            take(order_id)
    bank.is_down = False
    assert take(order_id).is_paid
    assert len(get_order(order_id).attempts) == 1


def test_somebody_who_pays_by_hand_meanwhile_pays_once(keeper, bank, till):
    order_id = place(keeper.owe("a"))
    number = begin(till, order_id, PAYER)
    till.pay(number, NOW)
    with pytest.raises(AlreadyPaid):
        take(order_id)
    assert bank.wishes == []
    assert get_order(order_id).gateway == "testpay"


def test_nothing_is_taken_while_another_gateway_does_not_say_whether_it_was_paid(keeper, bank, till):
    order_id = place(keeper.owe("a"))
    begin(till, order_id, PAYER)
    till.is_down = True
    with pytest.raises(Unavailable):
        take(order_id)
    assert bank.wishes == []


def test_refusals_are_told_apart(keeper, bank):
    order_id = place(keeper.owe("a"))
    bank.is_short = True
    with pytest.raises(MoneyShort):
        take(order_id)
    bank.agreements[AGREED] = AgreementState.ENDED
    with pytest.raises(AgreementGone):
        take(order_id)
    assert not get_order(order_id).is_paid
    with pytest.raises(OrderExpired):
        take(order_id, now=NOW.replace(hour=NOW.hour + 1))
