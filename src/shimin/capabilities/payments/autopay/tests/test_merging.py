"""Two accounts of one person with automatic payment: never twice for one bill, never without somebody to tell."""

import dataclasses

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.identity.operations.merging.carrying import carry_on
from shimin.capabilities.identity.operations.merging.joining import ClashesFirst
from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.identity.tests.merging import forget_person, join, look, merge, prove, unmerge
from shimin.capabilities.payments.autopay.domain.states import EndedBy, PlanState
from shimin.capabilities.payments.autopay.models import Deduction, Plan
from shimin.capabilities.payments.autopay.public import withdraw_plan
from shimin.capabilities.payments.autopay.tests.factories import agree_bills, agree_card, sign
from shimin.capabilities.payments.autopay.tests.factories import look as look_at_plans
from shimin.capabilities.payments.billing.models import BoundAccount
from shimin.capabilities.payments.billing.tests.test_billing import bind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)


@pytest.fixture
def other(payer, bank):
    """The payer's second account, with a signed plan for the water bills."""
    person = make_resident()
    plan_id = agree_bills(person.actor, bind(person.actor))
    sign(bank, person.actor, plan_id)
    return forget_person(person)


def test_a_plan_goes_along_and_is_about_the_binding_that_stayed(payer, other):
    bound_id = bind(payer.actor, home="老家")  # both have bound the number
    [clash] = look(payer, prove(payer, other)).clashes
    assert (clash.title, clash.mine, clash.theirs) == ("两边都绑定了同一个户号", "老家（尾号0008）", "我家（尾号0008）")
    later = NOW.replace(minute=5)
    merge_id = merge(payer, other, now=later)
    plan = Plan.objects.get()
    assert (plan.account_id, plan.bound_id, plan.state) == (payer.account_id, bound_id, PlanState.ACTIVE)
    look_at_plans()
    assert Deduction.objects.get().account_id == payer.account_id
    unmerge(payer, merge_id, now=later)
    plan.refresh_from_db()
    assert BoundAccount.objects.get(id=plan.bound_id or 0).account_id == plan.account_id == other.account_id


def test_two_plans_for_one_number_stop_the_merge_until_one_is_ended(payer, other, bank):
    mine = agree_bills(payer.actor, bind(payer.actor))
    sign(bank, payer.actor, mine)
    ticket = prove(payer, other)
    proposal = look(payer, ticket)
    assert proposal.is_blocked
    assert proposal.clashes[0].title == "两边都给它开了自动缴费"
    with pytest.raises(ClashesFirst):
        join(payer, ticket)
    withdraw_plan(actor=payer.actor, plan_id=mine, now=NOW)
    carry_on(merge_id=join(payer, ticket), now=NOW)
    assert Plan.objects.get(state="active").account_id == payer.account_id


def test_a_plan_made_at_the_last_moment_does_not_go_on_unseen(payer, other, bank):
    merge_id = join(payer, prove(payer, other))
    mine = agree_bills(payer.actor, bind(payer.actor))  # before the worker came
    sign(bank, payer.actor, mine)
    carry_on(merge_id=merge_id, now=NOW)
    left = Plan.objects.get(account_id=other.account_id)
    assert (left.state, left.ended_by) == (PlanState.ENDED, EndedBy.CLOSED)
    assert Plan.objects.get(account_id=payer.account_id).state == PlanState.ACTIVE


def test_a_card_is_topped_up_for_the_account_that_stays(payer, other, bank):
    plan_id = agree_card(payer.actor)
    sign(bank, payer.actor, plan_id)
    merge(payer, other)
    assert Plan.objects.filter(account_id=payer.account_id, state="active").count() == 2
