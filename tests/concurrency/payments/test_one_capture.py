"""Many people at one bill, on connections of their own: one order, one capture, books that agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.models import Order
from shimin.capabilities.payments.operations import placing
from shimin.capabilities.payments.public import AlreadyPaid, BeingPaid, capture, get_order
from shimin.capabilities.payments.tests.conftest import keeper, till  # noqa: F401 - fixtures
from shimin.capabilities.payments.tests.factories import PAYER, begin, new_key, place
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.testing import citizen

PEOPLE, AT_ONCE = 200, 16


def together(work: Callable[[int], str], times: int) -> Counter[str]:
    """Run ``work`` from AT_ONCE threads that start at one moment; count what they return."""
    gate = Barrier(AT_ONCE)

    def run(first: int) -> list[str]:
        try:
            gate.wait(30)
            return [work(number) for number in range(first, times, AT_ONCE)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(answer for answers in pool.map(run, range(AT_ONCE)) for answer in answers)


def fetch(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("committed_db")
def test_two_hundred_people_press_pay_twice_on_one_bill(keeper, till):  # noqa: F811
    debt = keeper.owe("one-bill")

    def press_twice(number: int) -> str:
        actor, answers = citizen(account_id=10_000 + number), []
        for _ in range(2):
            try:
                order_id = place(debt, actor=actor)
                receipt = till.receipts.get(begin(till, order_id, actor)) or till.pay(begin(till, order_id, actor), NOW)
                answers.append(str(capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=NOW)))
            except (BeingPaid, AlreadyPaid) as refused:
                answers.append(refused.code)
        return "+".join(sorted(answers))

    answers = together(press_twice, PEOPLE)
    assert sum(answers.values()) == PEOPLE
    assert answers["already_paid+captured"] == 1, answers
    assert fetch("SELECT count(*) FROM payments_capture") == 1
    assert fetch("SELECT count(*) FROM payments_order") == 1
    assert fetch("SELECT sum(amount_fen) FROM payments_ledger_entry WHERE account = 'gateway:testpay'") == 20_000


@pytest.mark.usefixtures("committed_db")
def test_notify_and_poll_at_once_capture_once(keeper, till):  # noqa: F811
    order_id = place(keeper.owe("raced"))
    receipt = till.pay(begin(till, order_id), NOW)
    outcomes = together(lambda _: str(capture(actor=ANONYMOUS, receipt=receipt, source="notify", now=NOW)), 64)
    assert outcomes == {"captured": 1, "repeated": 63}
    assert fetch("SELECT count(*) FROM kernel_event WHERE name = 'payments.order_captured'") == 1
    assert get_order(order_id).is_paid


@pytest.mark.usefixtures("committed_db")
def test_one_key_pressed_at_once_makes_one_order(keeper):  # noqa: F811
    debt, key = keeper.owe("pressed"), new_key()
    orders = together(lambda _: str(place(debt, actor=PAYER, key=key)), 64)
    assert len(orders) == 1
    assert fetch("SELECT count(*) FROM payments_order") == 1


@pytest.mark.usefixtures("committed_db")
def test_bills_that_overlap_crosswise_do_not_deadlock(keeper):  # noqa: F811
    first, second = keeper.owe("a"), keeper.owe("b")

    def cross(number: int) -> str:
        lines = (first, second) if number % 2 else (second, first)
        try:
            place(*lines, actor=citizen(account_id=20_000 + number))
        except BeingPaid as refused:
            return refused.code
        return "placed"

    assert together(cross, 64)["placed"] == 1
    assert fetch("SELECT count(*) FROM payments_order_line") == 2


@pytest.mark.usefixtures("committed_db")
def test_a_number_that_is_taken_is_drawn_again(keeper, monkeypatch):  # noqa: F811
    place(keeper.owe("first"))
    taken = Order.objects.get().number
    numbers = iter([taken, taken, "4301002611220000000"])
    monkeypatch.setattr(placing, "new_public_number", lambda *_: next(numbers))
    place(keeper.owe("second"))
    assert fetch("SELECT count(*) FROM payments_order WHERE number = '4301002611220000000'") == 1
