"""Many workers at one plan, on connections of their own: the month's cap holds, one deduction, one capture."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.autopay.handles import debt_hash
from shimin.capabilities.payments.autopay.models import Plan
from shimin.capabilities.payments.autopay.operations.announcing import Wish, announce
from shimin.capabilities.payments.autopay.operations.changes import reserve
from shimin.capabilities.payments.autopay.public import pause_plan, withdraw_plan
from shimin.capabilities.payments.autopay.tests.conftest import at, bank, billers  # noqa: F401 (fixtures)
from shimin.capabilities.payments.autopay.tests.factories import A_DAY, agree_bills, look, sign, take
from shimin.capabilities.payments.billing.public import ref_of
from shimin.capabilities.payments.billing.tests.biller_system import WATER, FakeBillers
from shimin.capabilities.payments.billing.tests.test_billing import bind
from shimin.capabilities.payments.tests.agreements import FakeWithholder
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.testing import citizen
from tests.concurrency.payments.test_one_capture import fetch, together

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def plan(committed_db, billers: FakeBillers, bank: FakeWithholder) -> Plan:  # noqa: F811
    """A signed plan: each bill up to 300, each month up to 500."""
    owner = make_resident()
    plan_id = agree_bills(owner.actor, bind(owner.actor))
    sign(bank, owner.actor, plan_id)
    return Plan.objects.get(id=plan_id)


def wish(number: int, fen: int = 7_000) -> Wish:
    return Wish(
        debt_hash(f"bill-{number}"), f"水费 {number}", fen, ref_of("changsha-water", f"{WATER}{300_000 + number}")
    )


def test_the_months_cap_holds_whoever_plans_at_once(plan):
    answers = together(lambda number: str(announce(plan, wish(number), NOW)), 64)
    assert answers == {"True": 7, "False": 57}  # 7 × 70.00 of 500.00
    assert fetch("SELECT month_used_fen FROM autopay_plan") == 49_000
    assert fetch("SELECT sum(amount_fen) FROM autopay_deduction WHERE state = 'announced'") == 49_000


def test_the_one_statement_keeps_the_cap_by_itself(plan):
    def spend(number: int) -> str:
        with scope(SYSTEM):
            return str(reserve(plan.id, 1_100, "2026-11"))

    answers = together(spend, 160)
    assert answers["True"] == 45  # 45 × 11.00 ≤ 500.00 < 46 × 11.00
    assert fetch("SELECT month_used_fen FROM autopay_plan") == 49_500


def test_one_bill_is_announced_once_and_reserved_once(plan):
    answers = together(lambda _: str(announce(plan, wish(1), NOW)), 64)
    assert answers["True"] == 1
    assert fetch("SELECT month_used_fen FROM autopay_plan") == 7_000


def test_many_workers_look_and_take_once(plan, billers, bank):  # noqa: F811
    together(lambda _: str(look(NOW)), 32)
    assert fetch("SELECT count(*) FROM autopay_deduction") == 1
    for minute in range(0, 12, 3):
        moment = NOW + A_DAY + timedelta(minutes=minute)
        together(lambda _, when=moment: str(take(when)), 32)  # type: ignore[misc]
    assert fetch("SELECT count(*) FROM payments_capture") == 1
    assert fetch("SELECT count(*) FROM payments_order") == 1
    assert len(bank.wishes) == 1
    assert len(billers.told) == 1
    assert fetch("SELECT count(*) FROM autopay_deduction WHERE state = 'done'") == 1


def test_who_withdraws_while_workers_begin_loses_nothing_and_locks_nobody(plan, bank):  # noqa: F811
    look(NOW)
    owner = citizen(account_id=plan.account_id)

    def race(number: int) -> str:
        if number == 7:
            withdraw_plan(actor=owner, plan_id=plan.id, now=NOW + A_DAY)
            return "withdrawn"
        if number == 5:
            try:
                pause_plan(actor=owner, plan_id=plan.id, now=NOW + A_DAY)
            except Exception as refused:
                return type(refused).__name__
            return "paused"
        return str(take(NOW + A_DAY))

    answers: Counter[str] = together(race, 32)
    assert answers["withdrawn"] == 1
    for minute in range(3, 12, 3):
        take(NOW + A_DAY + timedelta(minutes=minute))
    captures = fetch("SELECT count(*) FROM payments_capture")
    done = fetch("SELECT count(*) FROM autopay_deduction WHERE state = 'done'")
    assert captures == done <= 1  # taken before, and booked; or not taken at all
    assert fetch("SELECT count(*) FROM autopay_deduction WHERE ended_at IS NULL") == 0
