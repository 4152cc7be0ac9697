"""Paying fines at the traffic police: what is owed, reported once, refused, reversed."""

import secrets
from datetime import date

import pytest

from shimin.sandbox.departments.fines import payable_fen
from shimin.sandbox.tests.caller import enquiry

FIELDS = ["violation_id", "status", "fine_fen", "payable_fen", "due_date"]


@pytest.fixture
def unpaid(town):
    """The unpaid violation of the person shown in demonstrations, reversed again afterwards."""
    lines: list[str] = []

    def tell(line: str, **changes):
        lines.append(line)
        return act(town, "fine-payment", {**given, "line": line, **changes})

    (row,) = [row for row in violations(town) if row["status"] == "handled_unpaid"]
    given = {"violation_id": row["violation_id"], "fen": row["payable_fen"], "paid_at": "2026-11-27T10:00:00+08:00"}
    yield row, tell
    for line in lines:
        act(town, "fine-payment-reversal", {"line": line, "violation_id": row["violation_id"]})


def violations(town):
    return town.ask("traffic-police", "violations", FIELDS)["records"]


def act(town, name, params):
    fields = ["outcome", "reason", "receipt"]
    (row,) = town.ask("traffic-police", f"/acts/{name}", fields, subject=None, params=params)["records"]
    return row


def status_of(town, violation_id):
    return next(row["status"] for row in violations(town) if row["violation_id"] == violation_id)


def test_a_reported_payment_settles_the_fine_once(town, unpaid):
    row, tell = unpaid
    first = tell("a-1", fen=15_000)
    assert first["outcome"] == "accepted"
    assert first["receipt"].startswith("JF20261127")
    assert tell("a-1", fen=15_000) == first
    assert tell("a-2", fen=15_000) == {"outcome": "refused", "reason": "already_paid", "receipt": None}
    assert status_of(town, row["violation_id"]) == "paid"


def test_a_reversal_makes_it_owed_again_and_stays(town, unpaid):
    row, tell = unpaid
    tell("b-1", fen=15_000)
    for _ in range(2):
        reversal = {"line": "b-1", "violation_id": row["violation_id"]}
        assert act(town, "fine-payment-reversal", reversal)["outcome"] == "accepted"
    assert status_of(town, row["violation_id"]) == "handled_unpaid"
    assert tell("b-1", fen=15_000)["reason"] == "reversed"
    assert tell("b-2", fen=15_000)["outcome"] == "accepted"


def test_a_payment_that_comes_after_its_reversal_is_refused(town, unpaid):
    row, tell = unpaid
    act(town, "fine-payment-reversal", {"line": "c-1", "violation_id": row["violation_id"]})
    assert tell("c-1", fen=15_000)["reason"] == "reversed"
    assert status_of(town, row["violation_id"]) == "handled_unpaid"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fen": 14_999}, "wrong_amount"),
        ({"fen": 15_000, "violation_id": "4" * 12 + "00000001" + "77"}, "unknown_violation"),
        ({"fen": 15_000, "violation_id": "9" * 22}, "unknown_violation"),
    ],
)
def test_refuses_what_is_not_owed(town, unpaid, changes, reason):
    _, tell = unpaid
    assert tell(secrets.token_hex(8), **changes)["reason"] == reason


def test_refuses_a_violation_without_a_decision(town, unpaid):
    _, tell = unpaid
    (open_one,) = [row for row in violations(town) if row["status"] == "unhandled"]
    assert open_one["payable_fen"] == 0
    assert tell("e-1", fen=20_000, violation_id=open_one["violation_id"])["reason"] == "not_decided"


@pytest.mark.parametrize("params", [{"fen": 0}, {"fen": "15000"}, {"line": ""}, {"paid_at": "2026-11-27"}, {"more": 1}])
def test_malformed_reports_are_refused(town, params):
    given = {"line": "f-1", "violation_id": "4" * 22, "fen": 1, "paid_at": "2026-11-27T10:00:00+08:00", **params}
    body = enquiry(subject=None, params=given, fields=["outcome"])
    assert town.send("traffic-police", "/acts/fine-payment", body).status == 422
    assert town.send("population", "/acts/fine-payment", body).status == 404


def test_late_fees_grow_daily_up_to_the_fine():
    row = {"status": "handled_unpaid", "due_date": "2026-12-04", "fine_fen": 15_000}
    days = {date(2026, 12, 4): 15_000, date(2026, 12, 5): 15_450, date(2027, 1, 30): 30_000}
    assert {day: payable_fen(row, day) for day in days} == days
