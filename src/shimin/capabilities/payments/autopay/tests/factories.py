"""Plans for tests: agreed to, signed, looked at, taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.autopay.handles import external_no
from shimin.capabilities.payments.autopay.models import Deduction
from shimin.capabilities.payments.autopay.public import (
    look_at_due_plans,
    note_agreement,
    open_signing,
    set_up_bills,
    set_up_card,
    take_due_deductions,
)
from shimin.capabilities.payments.billing.tests.biller_system import CARD
from shimin.capabilities.payments.public import settle_due_lines
from shimin.capabilities.payments.tests.agreements import FakeWithholder
from shimin.kernel.actor import Actor

NOTIFY = "https://x/pay/notify/{gateway}"
A_DAY = timedelta(hours=24)


def agree_bills(actor: Actor, bound_id: int, most: int = 300, cap: int = 500, now: datetime = NOW) -> int:
    """Agree to have an account's bills paid."""
    return set_up_bills(
        actor=actor, bound_id=bound_id, most_yuan=most, cap_yuan=cap, gateway_code="paybank", consents=True, now=now
    )


def agree_card(actor: Actor, threshold: int = 20, amount: int = 100, cap: int = 300, now: datetime = NOW) -> int:
    """Agree to have the pupil's card topped up."""
    return set_up_card(
        actor=actor, issuer_code="campus-primary", card=CARD, threshold_yuan=threshold, amount_yuan=amount,
        cap_yuan=cap, gateway_code="paybank", consents=True, now=now,
    )  # fmt: skip


def sign(bank: FakeWithholder, actor: Actor, plan_id: int, now: datetime = NOW) -> None:
    """Sign at the gateway, which tells us."""
    open_signing(actor=actor, plan_id=plan_id, return_url="https://x/b", notify_url="https://x/n")
    word = bank.read_agreement_notify({}, bank.sign(external_no(plan_id)))
    assert word is not None
    assert note_agreement(gateway_code="paybank", word=word, now=now) == "signed"


def look(now: datetime = NOW) -> int:
    """Do what the worker does when it looks."""
    return look_at_due_plans(now)


def take(now: datetime) -> int:
    """Do what the worker does with deductions, and with the lines of their orders."""
    went = take_due_deductions(now, notify_url=NOTIFY)
    settle_due_lines(now)
    return went


def run(now: datetime, steps: int = 4) -> None:
    """Let the worker go on for some seconds."""
    for second in range(steps):
        take(now + timedelta(seconds=second))


def only_deduction() -> Deduction:
    """Return the one deduction there is."""
    return Deduction.objects.get()
