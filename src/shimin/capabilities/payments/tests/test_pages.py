"""Pages and API of an order: place, pay, come back, receipt; forged notifies; other people's orders."""

from __future__ import annotations

import orjson
import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.payments.models import Capture, Order
from shimin.capabilities.payments.ports import NotifyForged
from shimin.capabilities.payments.public import get_order, settle_due_lines
from shimin.capabilities.payments.tests.factories import new_key
from shimin.kernel import clock
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def payer(browser, monkeypatch):
    from shimin.capabilities.identity.tests.factories import NOW

    monkeypatch.setattr(clock, "now", lambda: NOW)
    resident = make_resident()
    browser.cookies["shimin_session"] = resident.token
    return resident


def start(browser: Client, *debts: str, key: str = "") -> str:
    answer = browser.post("/pay/start", {"debt": list(debts), "key": key or new_key()})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def test_three_screens_from_the_debt_to_the_receipt(browser, payer, keeper, till):
    kind, ref = keeper.owe("v1")
    address = start(browser, f"{kind}:{ref}")
    page = browser.get(address).content.decode()
    assert "测试支付缴款 ¥200.00" in page
    cashier = browser.get(f"{address}/go/testpay")
    number = cashier.headers["Location"].rsplit("/", 1)[1]
    assert till.trades[number].notify_url == "http://testserver/pay/notify/testpay"
    till.pay(number, clock.now())
    assert browser.post("/pay/notify/testpay", number, content_type="text/plain").content == b"ok"
    assert browser.get(f"{address}/back").headers["Location"] == address
    page = browser.get(address).content.decode()
    assert "缴款收据" in page
    assert "已收款，正在销账" in page
    settle_due_lines(clock.now())
    assert "已缴清" in browser.get(address).content.decode()
    assert "已缴清" in browser.get("/me/payments").content.decode()


def test_coming_back_without_having_paid_finalises_nothing(browser, payer, keeper, till):
    address = start(browser, ":".join(keeper.owe("v1")))
    browser.get(f"{address}/go/testpay")
    browser.get(f"{address}/back?trade_status=TRADE_SUCCESS&total_amount=200.00")
    assert "请核对" in browser.get(address).content.decode()
    assert not Capture.objects.exists()


def test_pressing_twice_shows_the_same_order(browser, payer, keeper):
    debt, key = ":".join(keeper.owe("v1")), new_key()
    assert start(browser, debt, key=key) == start(browser, debt, key=key) == start(browser, debt)
    assert Order.objects.count() == 1


def test_a_paid_debt_leads_to_its_receipt(browser, payer, keeper, till):
    debt = ":".join(keeper.owe("v1"))
    address = start(browser, debt)
    till.pay(browser.get(f"{address}/go/testpay").headers["Location"].rsplit("/", 1)[1], clock.now())
    browser.get(f"{address}/back")
    assert start(browser, debt) == address


def test_a_forged_notify_is_refused_and_changes_nothing(browser, payer, keeper, till, monkeypatch):
    address = start(browser, ":".join(keeper.owe("v1")))
    browser.get(f"{address}/go/testpay")

    def forged(*_):
        raise NotifyForged("signature")

    monkeypatch.setattr(till, "read_notify", forged)
    assert browser.post("/pay/notify/testpay", "x", content_type="text/plain").status_code == 400
    assert browser.post("/pay/notify/nobody", "x", content_type="text/plain").status_code == 404
    assert browser.get("/pay/notify/testpay").status_code == 405
    assert not Capture.objects.exists()


def test_who_has_no_account_pays_by_the_link(browser, keeper, till):
    address = start(browser, ":".join(keeper.owe("v1")))
    bare, _, query = address.partition("?")
    assert browser.get(address).status_code == 200
    assert browser.get(bare).status_code == 404
    assert browser.get(f"{bare}/go/testpay?{query}").status_code == 302
    assert browser.post(f"{bare}/cancel", {"k": "wrong"}).status_code == 404
    assert browser.post(f"{bare}/cancel", {"k": query.removeprefix("k=")}).status_code == 302
    assert "没有收到付款" in browser.get(address).content.decode()


def test_nobody_else_sees_or_cancels_an_order(browser, payer, keeper, till):
    address = start(browser, ":".join(keeper.owe("v1")))
    stranger = Client()
    for answer in (stranger.get(address), stranger.get(f"{address}/go/testpay"), stranger.post(f"{address}/cancel")):
        assert answer.status_code == 404
    stranger.cookies["shimin_session"] = make_resident(name="李明").token
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"/api/v1/me/orders/{address.rsplit('/', 1)[1]}").status_code == 404


def test_the_cancelled_order_can_be_placed_anew(browser, payer, keeper, till):
    debt = ":".join(keeper.owe("v1"))
    address = start(browser, debt)
    browser.get(f"{address}/go/testpay")
    browser.post(f"{address}/cancel")
    assert start(browser, debt) != address


@pytest.mark.parametrize("debts", [[], ["x"], ["test:"], [":v1"], ["test:nobody"]])
def test_says_what_cannot_be_paid(browser, payer, keeper, debts):
    assert browser.post("/pay/start", {"debt": debts, "key": new_key()}).status_code in (404, 422)


def test_the_page_of_an_order_takes_few_statements(browser, payer, keeper):
    address = start(browser, ":".join(keeper.owe("v1")))
    with count_statements() as seen:
        browser.get(address)
    assert seen.count <= 5, seen.statements


def test_the_api_is_the_pages_twin(browser, payer, keeper, till):
    keeper.owe("v1")
    call = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {payer.token}"}
    browser.cookies.clear()
    body = orjson.dumps({"lines": [{"kind": "test", "ref": "v1"}]}).decode()
    assert browser.post("/api/v1/me/orders", body, **call).status_code == 422, "a key is needed"
    key = {"HTTP_IDEMPOTENCY_KEY": new_key()}
    made = browser.post("/api/v1/me/orders", body, **call, **key)
    assert made.status_code == 201, made.content
    order_id = made.json()["order_id"]
    assert browser.post("/api/v1/me/orders", body, **call, **key).json()["order_id"] == order_id
    address = f"/api/v1/me/orders/{order_id}"
    url = browser.post(f"{address}/cashier", '{"gateway": "testpay"}', **call).json()["url"]
    assert browser.post(f"{address}/cashier", '{"gateway": "x"}', **call).status_code == 422
    till.pay(url.rsplit("/", 1)[1], clock.now())
    assert browser.get(address, **call).json()["state"] == "captured"
    refused = browser.post(f"{address}/close", "{}", **call)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_paid")
    assert [order["order_id"] for order in browser.get("/api/v1/me/orders", **call).json()["items"]] == [order_id]
    assert get_order(int(order_id)).is_paid


def test_a_gateway_that_refuses_is_told_in_words(browser, payer, keeper, till):
    address = start(browser, ":".join(keeper.owe("v1")))
    till.refuses = True
    answer = browser.get(f"{address}/go/testpay")
    assert answer.status_code == 502
    assert "没有扣款" in answer.content.decode()
