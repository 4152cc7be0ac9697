"""The billers' books: accounts by number and holder, bills, payments told once, twice, wrongly, and taken back."""

from __future__ import annotations

import time

import pytest

from shimin.sandbox.lives.campus_cards import card_number
from shimin.sandbox.lives.transit_cards import card_number as transit_card
from shimin.sandbox.lives.utilities import UTILITIES, account_number, monthly_bills
from shimin.sandbox.tests.caller import enquiry, send, sign

BILLERS = "utility-billers"
WATER = UTILITIES[0]
FIELDS = ["bill_number", "month", "amount_fen", "payable_fen", "due_date", "status", "receipt"]
ANSWER = ["outcome", "reason", "receipt"]


def ask(town, record, fields, **params):
    return town.ask(BILLERS, record, fields, subject=None, params=params)


def bills(town, number):
    return ask(town, "bills", FIELDS, user_number=number)["records"]


def act(town, name, **params):
    body = enquiry(subject=None, params=params, fields=ANSWER)
    port = town.ports[BILLERS]
    answer = send(port, sign(town.platform_key, port, f"/acts/{name}", body), timeout=2)
    assert answer.status == 200, answer.body
    return answer.json["records"][0]


def pay(town, line, bill, fen, paid_at="2026-11-22T10:00:00+08:00"):
    return act(town, "bill-payment", line=line, bill_number=bill, fen=fen, paid_at=paid_at)


def test_number_and_holder_belong_together(town):
    number = account_number(WATER, 0)
    fields = ["holder_masked", "address_masked"]
    (row,) = ask(town, "account-check", fields, user_number=number, holder_name="周晓敏")["records"]
    assert row["holder_masked"] == "周*敏"
    assert "****" in row["address_masked"]
    assert not ask(town, "account-check", fields, user_number=number, holder_name="周小敏")["found"]
    wrong_digit = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not ask(town, "account-check", fields, user_number=wrong_digit, holder_name="周晓敏")["found"]
    assert not ask(town, "bills", FIELDS, user_number=account_number(WATER, 4))["found"]  # a child keeps no home


def test_a_bill_is_paid_once_told_again_with_the_same_answer_and_taken_back(town):
    number = account_number(UTILITIES[1], 2)
    bill = next(each for each in bills(town, number) if each["status"] == "unpaid")
    paid_at = f"{bill['due_date']}T10:00:00+08:00"
    first = pay(town, "L1", bill["bill_number"], bill["amount_fen"], paid_at)
    assert first["outcome"] == "accepted"
    assert pay(town, "L1", bill["bill_number"], bill["amount_fen"], paid_at) == first
    assert pay(town, "L2", bill["bill_number"], bill["amount_fen"], paid_at)["reason"] == "already_paid"
    assert next(each for each in bills(town, number) if each["month"] == bill["month"])["status"] == "paid"
    reversal = {"line": "L1", "bill_number": bill["bill_number"]}
    assert act(town, "bill-payment-reversal", **reversal)["outcome"] == "accepted"
    assert act(town, "bill-payment-reversal", **reversal)["outcome"] == "accepted"
    assert pay(town, "L1", bill["bill_number"], bill["amount_fen"], paid_at)["reason"] == "reversed"
    assert next(each for each in bills(town, number) if each["month"] == bill["month"])["status"] == "unpaid"


@pytest.mark.parametrize("change", ["fen", "bill", "month"])
def test_wrong_payments_are_refused(town, change):
    number = account_number(WATER, 2)
    bill = next(each for each in bills(town, number) if each["status"] == "unpaid")
    fen, name, reason = bill["amount_fen"], bill["bill_number"], "unknown_bill"
    if change == "fen":
        fen, reason = fen + 1, "wrong_amount"
    elif change == "bill":
        name = account_number(WATER, 4) + name[-6:]
    else:
        name = name[:-6] + "199901"
    assert pay(town, f"W-{change}", name, fen)["reason"] == reason


def test_an_act_may_be_done_though_its_answer_is_lost(town):
    number = account_number(UTILITIES[2], 2)
    bill = next(each for each in bills(town, number) if each["status"] == "unpaid")
    paid_at = f"{bill['due_date']}T10:00:00+08:00"
    town.switch(BILLERS, lose_outcome=True)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        pay(town, "L9", bill["bill_number"], bill["amount_fen"], paid_at)
    assert time.monotonic() - began >= 1.5
    town.switch(BILLERS, "DELETE")
    assert next(each for each in bills(town, number) if each["month"] == bill["month"])["status"] == "paid"
    assert pay(town, "L9", bill["bill_number"], bill["amount_fen"], paid_at)["outcome"] == "accepted"


def test_bills_add_up_and_come_month_by_month():
    for utility in UTILITIES:
        rows = monthly_bills(utility, 12)
        assert [row["month"] for row in rows] == sorted((row["month"] for row in rows), reverse=True)
        assert all(row["amount_fen"] > 0 and row["due_date"] > f"{row['month']}-31" for row in rows)


def test_only_power_is_told_day_by_day(town):
    days = ask(town, "daily-use", ["day", "used"], user_number=account_number(UTILITIES[1], 0))["records"]
    assert len(days) == 30
    assert days == sorted(days, key=lambda row: row["day"])
    assert ask(town, "daily-use", ["day", "used"], user_number=account_number(WATER, 0))["records"] == []


def balance(town):
    fields = ["holder_masked", "balance_fen"]
    (row,) = ask(town, "card-check", fields, school="campus-primary", card=card_number(4))["records"]
    return row["balance_fen"]


def test_a_card_is_topped_up_again_and_again_but_once_for_each_line(town):
    before = balance(town)
    card = {"school": "campus-primary", "card": card_number(4)}
    first = act(town, "card-top-up", line="C1", fen=10_000, **card)
    assert first["outcome"] == "accepted"
    assert act(town, "card-top-up", line="C1", fen=10_000, **card) == first
    assert act(town, "card-top-up", line="C2", fen=5_000, **card)["outcome"] == "accepted"
    assert balance(town) == before + 15_000
    assert act(town, "card-top-up-reversal", line="C1", **card)["outcome"] == "accepted"
    assert act(town, "card-top-up", line="C1", fen=10_000, **card)["reason"] == "reversed"
    assert act(town, "card-top-up-reversal", line="C2", **card)["outcome"] == "accepted"
    assert balance(town) == before


def test_cards_of_another_school_and_odd_sums_are_refused(town):
    assert act(town, "card-top-up", line="D1", fen=10_000, school="campus-middle", card=card_number(4))["reason"] == (
        "unknown_card"
    )
    assert act(town, "card-top-up", line="D2", fen=150, school="campus-primary", card=card_number(4))["reason"] == (
        "wrong_amount"
    )


def test_a_transit_card_is_topped_up_once_for_each_line_and_holds_a_thousand_yuan(town):
    number = transit_card(0)
    fields = ["holder_masked", "balance_fen"]
    (row,) = ask(town, "transit-card-check", fields, card=number)["records"]
    assert row == {"holder_masked": "周*敏", "balance_fen": 500}
    first = act(town, "transit-card-top-up", line="T1", fen=50_000, card=number)
    assert first["receipt"].startswith("JT")
    assert act(town, "transit-card-top-up", line="T1", fen=50_000, card=number) == first
    assert act(town, "transit-card-top-up", line="T2", fen=50_000, card=number)["reason"] == "wrong_amount"
    assert act(town, "transit-card-top-up", line="T3", fen=150, card=number)["reason"] == "wrong_amount"
    assert act(town, "transit-card-top-up-reversal", line="T1", card=number)["outcome"] == "accepted"
    assert act(town, "transit-card-top-up", line="T1", fen=50_000, card=number)["reason"] == "reversed"
    (row,) = ask(town, "transit-card-check", fields, card=number)["records"]
    assert row["balance_fen"] == 500


def test_a_number_that_is_nobodys_transit_card_is_not_found(town):
    fields = ["holder_masked", "balance_fen"]
    for number in (transit_card(4), transit_card(99_999_999), "9000000044"):  # a child, nobody, a wrong digit
        assert not ask(town, "transit-card-check", fields, card=number)["found"]
    assert act(town, "transit-card-top-up", line="U1", fen=100, card=transit_card(4))["reason"] == "unknown_card"
