"""What the database itself refuses: going back, unbalanced or changed entries; and the order table as a property."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.domain.ledger import EntryKind
from shimin.capabilities.payments.domain.orders import TRANSITIONS, OrderState, Step, StepRefused, next_state
from shimin.capabilities.payments.models import LedgerEntry, Order
from shimin.capabilities.payments.operations.posting import Side, post
from shimin.capabilities.payments.public import get_order, send_due_refunds, settle_due_lines
from shimin.capabilities.payments.tests.factories import pay, place
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

RANK = {state: number for number, state in enumerate(OrderState)}


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_an_order_only_goes_forward(steps):
    state = OrderState.CREATED
    for step in steps:
        before = state
        try:
            state = next_state(state, step)
        except StepRefused:
            continue
        assert RANK[state] >= RANK[before]
        assert state is not OrderState.PAYING or before in (OrderState.CREATED, OrderState.PAYING)


@given(st.sampled_from(list(OrderState)))
def test_every_state_can_be_reached_and_money_never_becomes_unpaid(state):
    reached, found = {OrderState.CREATED}, {OrderState.CREATED}
    while found:
        found = {end for (start, _), end in TRANSITIONS.items() if start in found} - reached
        reached |= found
    assert state in reached
    paid = {OrderState.CAPTURED, OrderState.SETTLED, OrderState.REFUNDED}
    assert all(end in paid for (start, _), end in TRANSITIONS.items() if start in paid)


@pytest.mark.django_db
def test_the_database_holds_the_same_table(keeper):
    allowed = {(start, end) for (start, _), end in TRANSITIONS.items() if start is not end}
    order_id = place(keeper.owe("v1"))
    for start, end in product(OrderState, OrderState):
        if start is end:
            continue
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE payments_order DISABLE TRIGGER payments_order_forward")
            _put(cursor, order_id, start)
            cursor.execute("ALTER TABLE payments_order ENABLE TRIGGER payments_order_forward")
            try:
                with transaction.atomic():
                    _put(cursor, order_id, end)
                accepted = True
            except IntegrityError:
                accepted = False
        assert accepted == ((start, end) in allowed), (start, end)


def _put(cursor, order_id: int, state: OrderState) -> None:
    captured = NOW if RANK[state] >= RANK[OrderState.CAPTURED] else None
    cursor.execute(
        "UPDATE payments_order SET state = %s, captured_at = %s WHERE id = %s", [str(state), captured, order_id]
    )


def _post_and_check(sides: list[Side], foreign_fen: int = 0) -> None:
    """Post, perhaps with an entry in another currency, and ask for what COMMIT would ask for."""
    transaction_id = post(city_code="430100", kind=EntryKind.PAYOUT, sides=sides, now=NOW)
    if foreign_fen:
        entry = LedgerEntry.objects.filter(transaction_id=transaction_id).earliest("id")
        entry.pk, entry.currency, entry.amount_fen = entry.pk + 1_000_000, "HKD", foreign_fen
        entry.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_an_unbalanced_transaction_does_not_commit():
    with pytest.raises(IntegrityError, match="payments_ledger_balanced"), transaction.atomic():
        _post_and_check([Side("bank", 100), Side("fees", -99)])


@pytest.mark.django_db
def test_a_balance_in_another_currency_does_not_count():
    with pytest.raises(IntegrityError, match="payments_ledger_balanced"), transaction.atomic():
        _post_and_check([Side("bank", 100), Side("fees", -99)], foreign_fen=-1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["UPDATE payments_ledger_entry SET amount_fen = 1", "DELETE FROM payments_ledger_entry"]
)
def test_an_entry_stays_as_it_was_written(keeper, till, change):
    pay(till, keeper.owe("v1"))
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize("amounts", [[1], [20_000, 1, 333], [7] * 20])
def test_the_ledger_explains_each_fen(keeper, till, amounts):
    order = pay(till, *[keeper.owe(f"v{number}", amount) for number, amount in enumerate(amounts)])
    settle_due_lines(NOW)
    by_line = dict(LedgerEntry.objects.filter(line_id__isnull=False).values_list("line_id", "amount_fen"))
    assert by_line == {line.line_id: -line.amount_fen for line in order.lines}
    assert sum(LedgerEntry.objects.values_list("amount_fen", flat=True)) == 0


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_in_whatever_order_the_books_agree(keeper, till, data):
    """Random repeats of receipts, settlements and refunds: what the gateway holds is what payees are owed."""
    with transaction.atomic():
        keeper.refuses = data.draw(st.booleans())
        order = pay(till, keeper.owe(f"r{data.draw(st.integers(0, 10**12))}"))
        for minute, step in enumerate(data.draw(st.lists(st.sampled_from(["settle", "refund"]), max_size=6))):
            (settle_due_lines if step == "settle" else send_due_refunds)(NOW + timedelta(minutes=minute))
        held = sum(LedgerEntry.objects.filter(account="gateway:testpay").values_list("amount_fen", flat=True))
        current = get_order(order.order_id)
        assert held == current.total_fen - current.refunded_fen
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_state_in_the_database_is_what_the_public_face_says(keeper, till):
    order = pay(till, keeper.owe("v1"))
    with scope(SYSTEM):
        assert Order.objects.get(id=order.order_id).state == OrderState.CAPTURED
