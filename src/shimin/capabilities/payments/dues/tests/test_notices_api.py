"""Payment notices by API: an agency's own system issues, reads, cancels; nobody else does."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.payments.dues.api import callers
from shimin.capabilities.payments.dues.models import DrawerClose, PaymentNotice
from shimin.capabilities.payments.dues.public import (
    close_drawer,
    get_notice_for,
    issue_notice,
    list_drawers,
    take_for_code,
)
from shimin.capabilities.payments.public import (
    decide_refund,
    get_order,
    request_refund,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import new_key, pay
from shimin.kernel import clock
from shimin.kernel.clock import local_date
from shimin.kernel.errors import TooManyRequests
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
CITY = "430100"
ADDRESS = "/api/v1/machines/traffic-police/payment-notices"
MACHINES = {
    "own": ("traffic-police:payment_notices", 9001, 77), "other": ("tax:payment_notices", 9002, 78),
    # Two people approved it for another agency's scope: it still is no system of that agency.
    "borrowed": ("traffic-police:payment_notices", 9003, 78), "narrow": ("traffic-police:violations.read", 9004, 77),
}  # fmt: skip
ISSUER = officer("payments.issuer", account_id=41, agency_id=77, region_code=CITY)
OTHER = officer("payments.issuer", account_id=42, agency_id=78, region_code=CITY)
FINANCE = officer("payments.finance", account_id=31, region_code=CITY)
SECOND = officer("payments.finance", account_id=32, region_code=CITY)
TELLER = officer("payments.teller", account_id=51, region_code=CITY)
TELLER_2 = officer("payments.teller", account_id=52, region_code=CITY)


@pytest.fixture(autouse=True)
def world(monkeypatch):
    """A stopped clock, two agencies, and systems by their tokens."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    agencies = [
        SimpleNamespace(id=77, name="长沙市公安局交通警察支队", slug="traffic-police"),
        SimpleNamespace(id=78, name="长沙市税务局", slug="tax"),
    ]
    monkeypatch.setattr(callers, "list_agencies", lambda region_code: agencies)
    monkeypatch.setattr(
        "shimin.capabilities.payments.dues.operations.issuing.list_agencies", lambda region_code: agencies
    )

    def find(*, credential, wanted_scope, now):
        granted, client_id, agency_id = MACHINES.get(credential, ("", 0, 0))
        if granted != wanted_scope:
            return None
        return SimpleNamespace(client_id=client_id, agency_id=agency_id, city_code=CITY, calls_per_minute=20)

    monkeypatch.setattr(callers, "find_machine", find)


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "item_code": "103043310", "title": "驾驶人考试费", "payer_name": "周晓敏", "amount_fen": 13_000,
        "last_day": (local_date(NOW) + timedelta(days=15)).isoformat(), **changes,
    }  # fmt: skip


def call(path: str = "", token: str = "own", key: str = "", **body: Any):
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    if not body:
        return Client().get(f"{ADDRESS}{path}", headers=headers)
    return Client().post(f"{ADDRESS}{path}", body, content_type="application/json", headers=headers)


def test_a_system_issues_reads_and_takes_back():
    made = call(**wish())
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["payer_masked"], told["amount_fen"]) == ("open", "周*敏", 13_000)
    assert "周晓敏" not in made.content.decode()
    assert told["code"] in told["pay_url"]
    assert Client().get(told["pay_url"]).status_code == 200
    assert call(f"/{told['code']}").json() == told
    assert PaymentNotice.objects.get().issued_by_id == 9001
    ended = call(f"/{told['code']}/cancel", words="复议撤销")
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
    again = call(f"/{told['code']}/cancel", words="再来")
    assert (again.status_code, again.json()["code"]) == (409, "payment_notice_not_open")


def test_it_sees_that_the_money_came_in(till):
    code = call(**wish()).json()["code"]
    pay(till, ("due", code))
    settle_due_lines(NOW)
    told = call(f"/{code}").json()
    assert told["state"] == "paid"
    assert told["paid_at"] is not None


def test_the_same_key_is_the_same_notice():
    key = new_key()
    first, second = call(key=key, **wish()), call(key=key, **wish())
    assert first.json() == second.json()
    assert PaymentNotice.objects.count() == 1
    other = call(key=key, **wish(amount_fen=5))
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("token", ["other", "borrowed", "narrow", "unknown", "", "密"])
def test_no_other_system_does(token):
    code = call(**wish()).json()["code"]
    for answer in (call(token=token, **wish()), call(f"/{code}", token), call(f"/{code}/cancel", token, words="x")):
        assert (answer.status_code, answer.json()["code"]) == (401, "machine_refused")
    assert Client().get(f"{ADDRESS}/{code}").status_code == 401
    assert PaymentNotice.objects.count() == 1


def test_a_notice_of_another_agency_is_not_there():
    theirs = issue_notice(
        actor=OTHER, item_code="103043310", title="税费", payer_name="李", amount_fen=1, due_at=NOW + timedelta(days=1),
        now=NOW,
    )  # fmt: skip
    code = get_notice_for(actor=OTHER, notice_id=theirs).code
    for answer in (call(f"/{code}"), call(f"/{code}/cancel", words="x"), call("/43010026000000000001")):
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_notice_unknown")


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_fen": 0}, {"amount_fen": -1}, {"amount_fen": 0.001}, {"amount_fen": 10**12}, {"item_code": "nothing"},
        {"title": ""}, {"last_day": "2020-01-01"}, {"last_day": "tomorrow"}, {"last_day": "9999-12-31"},
        {"payer_name": "长" * 61},
    ],
)  # fmt: skip
def test_says_what_is_wrong_with_a_wish(changes):
    answer = call(**wish(**changes))
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"]
    assert not PaymentNotice.objects.exists()


def test_calls_are_counted():
    answers = [call("/43010026000000000001").status_code for _ in range(21)]
    assert answers == [404] * 20 + [TooManyRequests.status]


def cash(actor, fen: int = 5_000) -> int:
    notice_id = issue_notice(
        actor=ISSUER, item_code="103043310", title="考试费", payer_name="周晓敏", amount_fen=fen,
        due_at=NOW + timedelta(days=9), now=NOW,
    )  # fmt: skip
    code = get_notice_for(actor=ISSUER, notice_id=notice_id).code
    return take_for_code(actor=actor, code=code, received_fen=fen, key=new_key(), now=NOW)


def test_finance_sees_all_drawers_of_a_day():
    cash(TELLER)
    cash(TELLER, 700)
    order_id = cash(TELLER_2)
    close_drawer(actor=TELLER, counted_fen=5_600, words="少找一元", now=NOW)
    first, second = list_drawers(actor=FINANCE, city_code=CITY, day=local_date(NOW))
    assert (first.payments, first.expected_fen, first.counted_fen, first.difference_fen) == (2, 5_700, 5_600, -100)
    assert (second.payments, second.now_fen, second.closed_at) == (1, 5_000, None)
    close_drawer(actor=TELLER_2, counted_fen=5_000, words="", now=NOW)
    settle_due_lines(NOW)
    line = get_order(order_id).lines[0]
    refund = request_refund(actor=FINANCE, line_id=line.line_id, amount_fen=5_000, reason="other", words="退", now=NOW)
    decide_refund(actor=SECOND, refund_id=refund, agree=True, now=NOW)
    send_due_refunds(NOW)
    _, second = list_drawers(actor=FINANCE, city_code=CITY, day=local_date(NOW))
    assert (second.difference_fen, second.late_fen) == (0, -5_000)
    assert DrawerClose.objects.count() == 2


def test_the_page_is_for_the_finance_of_the_city():
    cash(TELLER)
    close_drawer(actor=TELLER, counted_fen=4_900, words="找零时多找一元", now=NOW)
    cash(TELLER_2)

    def open_as(login: str, role: str = "payments.finance", query: str = "", **grant: Any):
        browser = Client()
        browser.cookies["shimin_desk"] = make_officer(role, login=login, **grant).token
        return browser.get(f"/desk/payments/drawers{query}")

    with count_statements() as seen:
        page = open_as("drawers-1", region_code=CITY)
    text = page.content.decode()
    assert page.status_code == 200
    assert "找零时多找一元" in text
    assert "账实不符" in text
    assert "没扎账" in text
    assert "cash:t52" in text  # no account of staff: the drawer's own name
    assert seen.count < 30
    assert "这一天没有柜台现金" in open_as("drawers-2", region_code="430200").content.decode()
    assert open_as("drawers-3", region_code=CITY, agency_id=77).status_code == 403
    assert open_as("drawers-4", "payments.teller", region_code=CITY).status_code == 403
    for query in ("?day=2999-01-01", "?day=x", "?city=430200", "?day=0001-01-01"):
        assert open_as(f"drawers{query}", query=query, region_code=CITY).status_code == 404
