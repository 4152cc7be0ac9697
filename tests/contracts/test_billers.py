"""The adapter of billers against the sandbox's billers as they run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shimin.adapters.http_source.acts import HttpPaymentReporter
from shimin.adapters.http_source.billers import HttpBillers
from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.directory import Directory
from shimin.adapters.http_source.records import HttpRecordSource
from shimin.capabilities.payments.billing.domain.billers import billers, find_biller
from shimin.capabilities.payments.billing.domain.cards import card_issuers, check_card, find_issuer
from shimin.kernel.errors import Unavailable

WATER = find_biller("changsha-water")


@pytest.fixture
def system(departments):
    clients = Clients(Directory(departments.keys_dir, departments.environ, None))
    yield HttpBillers(HttpRecordSource(clients), HttpPaymentReporter(clients))
    clients.close()


@pytest.fixture
def homes(departments):
    return [each for each in departments.residents if each["utility_accounts"]]


def test_every_biller_of_the_file_answers_for_the_numbers_it_takes(system, homes):
    for biller, number in zip(billers(), homes[1]["utility_accounts"], strict=True):
        assert biller.check_number(number) == number
        holder = system.check_account(biller, number, homes[1]["name"])
        assert holder is not None
        assert homes[1]["name"] != holder.holder_masked
        assert system.check_account(biller, number, "查无此人") is None
        assert system.list_bills(biller, number), biller.code
        assert bool(system.list_daily_use(biller, number)) == biller.daily


def test_a_payment_whose_answer_was_lost_is_told_again_and_counts_once(departments, system, homes):
    number = homes[2]["utility_accounts"][0]
    bill = next(each for each in system.list_bills(WATER, number) if not each.is_paid)
    told = {"bill_number": bill.number, "line": "77001", "fen": bill.payable_fen, "paid_at": datetime.now(UTC)}
    with departments.fault("utility-billers", lose_outcome=True), pytest.raises(Unavailable):
        system.report_payment(WATER, **told)
    first = system.report_payment(WATER, **told)
    assert (first.is_accepted, system.report_payment(WATER, **told)) == (True, first)
    assert next(each for each in system.list_bills(WATER, number) if each.number == bill.number).is_paid
    other = system.report_payment(WATER, **{**told, "line": "77002"})
    assert (other.is_accepted, other.reason) == (False, "already_paid")
    assert system.report_reversal(WATER, bill_number=bill.number, line="77001").is_accepted
    assert not next(each for each in system.list_bills(WATER, number) if each.number == bill.number).is_paid
    late = {**told, "line": "77003", "fen": 1, "paid_at": datetime.now(UTC) - timedelta(days=1)}
    assert system.report_payment(WATER, **late).reason == "wrong_amount"


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"wrong_signature": True}, {"garbage": True}, {"wrong_schema": True}]
)
def test_what_is_not_proved_is_no_answer(departments, system, homes, fault):
    with departments.fault("utility-billers", **fault), pytest.raises(Unavailable):
        system.list_bills(WATER, homes[0]["utility_accounts"][0])


def test_cards_of_each_kind_are_topped_up_once_though_the_answer_was_lost(departments, system):
    pupil = next(each for each in departments.residents if each["campus_card"])["campus_card"]
    rider = next(each for each in departments.residents if each["transit_card"])["transit_card"]
    cards = ((find_issuer(pupil["school"]), pupil["card_number"]), (find_issuer("changsha-transit"), rider))
    assert {issuer.kind.code for issuer, _ in cards} == {issuer.kind.code for issuer in card_issuers()}
    for at, (issuer, number) in enumerate(cards):
        assert check_card(issuer, number) == number
        before = system.check_card(issuer, number)
        assert before is not None
        line = f"7800{at}"
        with departments.fault("utility-billers", lose_outcome=True), pytest.raises(Unavailable):
            system.report_top_up(issuer, number, line=line, fen=5_000)
        first = system.report_top_up(issuer, number, line=line, fen=5_000)
        assert (first.is_accepted, system.report_top_up(issuer, number, line=line, fen=5_000)) == (True, first)
        after = system.check_card(issuer, number)
        assert after is not None
        assert after.balance_fen == before.balance_fen + 5_000
        assert system.report_top_up_reversal(issuer, number, line=line).is_accepted
        assert system.check_card(issuer, number) == before
    assert system.check_card(find_issuer("changsha-transit"), "9999999990") is None
