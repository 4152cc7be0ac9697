"""The desk of finance: four eyes on pages, nothing of other agencies, nothing for those without the role."""

from __future__ import annotations

import re
from itertools import count

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.payments.models import Refund
from shimin.capabilities.payments.public import (
    RefundStage,
    count_waiting_refunds,
    find_paid_order,
    get_order,
    list_refunds,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import pay, place
from shimin.kernel import clock
from shimin.kernel.errors import NotFound
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
REFUNDS, ORDER = "/desk/payments/refunds", "/desk/payments/order"
FIRST = officer("payments.finance", account_id=31, region_code="430100")
ELSEWHERE = officer("payments.finance", account_id=33, region_code="430200")
OTHER_AGENCY = officer("payments.finance", account_id=34, agency_id=78, region_code="430100")


_logins = count(1)


def at_desk(role: str = "payments.finance") -> Client:
    browser, login = Client(), f"payments-{next(_logins)}"
    browser.cookies["shimin_desk"] = make_officer(role, login=login, region_code="430100").token
    return browser


@pytest.fixture
def order(keeper, till, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    paid = pay(till, keeper.owe("v1"))
    settle_due_lines(NOW)
    return paid


def wish(order, **changes):
    line = str(order.lines[0].line_id)
    given = {"number": order.number, "line": line, "yuan": "150", "reason": "decision_revoked", "words": "复议决定"}
    return {**given, **changes}


def test_one_asks_another_agrees_and_the_money_goes_back(order, till):
    first, second = at_desk(), at_desk()
    assert "还可退 ¥200.00" in first.get(ORDER, {"number": order.number.lower()}).content.decode()
    assert first.post(ORDER, wish(order)).headers["Location"] == REFUNDS
    (refund,) = Refund.objects.all()
    decide = f"{REFUNDS}/{refund.id}/decide"
    page = first.get(REFUNDS).content.decode()
    assert "要由另一位财务人员复核" in page
    assert decide not in page
    assert first.post(decide, {"agree": "1"}).status_code == 403
    assert "同意退 ¥150.00" in second.get(REFUNDS).content.decode()
    assert second.post(decide, {"agree": "1"}).status_code == 302
    assert second.post(decide, {"agree": "0"}).status_code == 409
    send_due_refunds(NOW)
    assert sum(till.refunds.values()) == 15_000
    assert "已退回" in first.get(REFUNDS, {"state": "decided"}).content.decode()
    assert "还可退 ¥50.00" in first.get(ORDER, {"number": order.number}).content.decode()


def test_who_declines_frees_the_money_again(order):
    first, second = at_desk(), at_desk()
    first.post(ORDER, wish(order))
    assert "还可退 ¥50.00" in first.get(ORDER, {"number": order.number}).content.decode()
    second.post(f"{REFUNDS}/{Refund.objects.get().id}/decide", {"agree": "0"})
    assert "还可退 ¥200.00" in first.get(ORDER, {"number": order.number}).content.decode()
    assert Refund.objects.get().stage == RefundStage.DECLINED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"yuan": "0"}, "金额"),
        ({"yuan": "-1"}, "金额"),
        ({"yuan": "0.001"}, "金额"),
        ({"yuan": "200.01"}, "¥200.00"),
        ({"yuan": "1000000000000"}, "¥200.00"),
        ({"yuan": ""}, "请填写金额"),
        ({"reason": "paid_twice"}, "原因"),
        ({"words": ""}, "请写明依据"),
        ({"line": "1"}, "退哪一笔"),
    ],
)
def test_what_cannot_go_back_is_told_at_its_field(order, changes, words):
    answer = at_desk().post(ORDER, wish(order, **changes))
    assert answer.status_code == 422, answer.status_code
    assert words in re.sub(r"<[^>]+>", "", answer.content.decode())
    assert not Refund.objects.exists()


@pytest.mark.parametrize("number", ["430100261122AAAAAAA", "x", "'; --", "9" * 300])
def test_an_unknown_order_is_told_in_words(order, number):
    answer = at_desk().get(ORDER, {"number": number})
    assert answer.status_code == 404
    assert "没有这个编号" in answer.content.decode()


def test_an_unpaid_order_has_nothing_to_go_back(order, keeper):
    number = get_order(place(keeper.owe("v2"))).number
    with pytest.raises(NotFound):
        find_paid_order(actor=FIRST, number=number)


def test_other_cities_and_agencies_see_nothing(order):
    at_desk().post(ORDER, wish(order))
    for stranger in (ELSEWHERE, OTHER_AGENCY):
        assert list_refunds(stranger, waiting=True) == ()
        assert count_waiting_refunds(stranger) == 0
        with pytest.raises(NotFound):
            find_paid_order(actor=stranger, number=order.number)
    assert [row.is_own for row in list_refunds(FIRST, waiting=True)] == [False]


def test_the_desk_is_for_finance(order):
    resident, editor = Client(), at_desk("catalogue.editor")
    resident.cookies["shimin_session"] = make_resident().token
    for address in (REFUNDS, ORDER):
        assert Client().get(address).status_code in (302, 401)
        assert resident.get(address).status_code in (302, 404)
        assert editor.get(address).status_code == 403


def test_a_list_takes_one_statement(order):
    at_desk().post(ORDER, wish(order, yuan="1"))
    at_desk().post(ORDER, wish(order, yuan="2"))
    with count_statements() as seen:
        assert len(list_refunds(FIRST, waiting=True)) == 2
    assert seen.count == 1, seen.statements
