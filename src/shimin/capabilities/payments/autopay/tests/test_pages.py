"""The pages, the gateway's notify and the API of automatic payment."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.autopay.handles import external_no
from shimin.capabilities.payments.autopay.models import Plan
from shimin.capabilities.payments.autopay.tests.factories import agree_bills, look, only_deduction, run, sign
from shimin.capabilities.payments.billing.tests.biller_system import CARD, WATER
from shimin.capabilities.payments.billing.tests.test_billing import bind
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(payer) -> Client:
    browser = Client()
    browser.cookies["shimin_session"] = payer.token
    return browser


def text(answer) -> str:
    return str(answer.content.decode())


def test_from_the_form_to_the_history_and_back_out(payer, browser, bank, billers):
    bound_id = bind(payer.actor)
    assert f"/pay/auto/bills/{bound_id}" in text(browser.get("/pay/auto/"))
    form = {"most_yuan": "300", "cap_yuan": "500", "gateway_code": "paybank", "consents": "on"}
    wrong = browser.post(f"/pay/auto/bills/{bound_id}", {**form, "cap_yuan": "299"})
    assert (wrong.status_code, "不能小于" in text(wrong)) == (422, True)
    made = browser.post(f"/pay/auto/bills/{bound_id}", form)
    assert made.status_code == 302
    page = made.headers["Location"]
    assert "去自动支付签约" in text(browser.get(page))
    again = browser.post(f"/pay/auto/bills/{bound_id}", form)
    assert (again.status_code, "已经设置过" in text(again)) == (409, True)

    assert browser.get(f"{page}/sign").headers["Location"].startswith("https://cashier.example/sign/AP")
    assert "还没签约" in text(browser.get(browser.get(f"{page}/back").headers["Location"]))
    body = bank.sign(external_no(Plan.objects.get().id))
    told = Client(enforce_csrf_checks=True).post("/pay/auto/notify/paybank", body, content_type="text/plain")
    assert (told.status_code, told.content) == (200, b"ok")
    assert browser.get(f"{page}/sign").headers["Location"] == page
    look(NOW)
    shown = text(browser.get(page))
    assert "已生效" in shown
    assert "后扣" in shown
    assert WATER not in shown
    deduction = only_deduction()
    answer = browser.post(f"/pay/auto/deductions/{deduction.id}", {"do": "now", "plan": str(deduction.plan_id)})
    assert answer.headers["Location"] == page
    run(NOW)
    assert "已缴清" in text(browser.get(page))
    for do, words in (("pause", "已暂停"), ("resume", "已生效"), ("withdraw", "代扣协议已经失效")):
        assert browser.post(f"{page}/change", {"do": do}).status_code == 302
        assert words in text(browser.get(page))
    assert browser.post(f"{page}/change", {"do": "pause"}).status_code == 409
    assert browser.post(f"{page}/change", {"do": "steal"}).status_code == 422


def test_a_notify_that_is_forged_or_not_about_us_is_refused(payer, bank):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    caller = Client()
    assert caller.post("/pay/auto/notify/nowhere", b"x", content_type="text/plain").status_code == 404
    for body in (b"AP1 forged", b"AP1 active", b"nothing active", b"x" * 70_000):
        assert caller.post("/pay/auto/notify/paybank", body, content_type="text/plain").status_code == 400
    assert caller.get("/pay/auto/notify/paybank").status_code == 405
    assert Plan.objects.get(id=plan_id).state == "signing"


def test_pages_are_their_owners_only(payer, browser, bank):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    sign(bank, payer.actor, plan_id)
    look(NOW)
    stranger, deduction = Client(), only_deduction()
    stranger.cookies["shimin_session"] = make_resident(name="李明").token
    for address in (f"/pay/auto/{plan_id}", f"/pay/auto/{plan_id}/sign", f"/pay/auto/{plan_id}/back"):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code in (302, 401)
    assert stranger.post(f"/pay/auto/{plan_id}/change", {"do": "withdraw"}).status_code == 404
    assert stranger.post(f"/pay/auto/deductions/{deduction.id}", {"do": "now"}).status_code == 404
    assert Client(enforce_csrf_checks=True).post(f"/pay/auto/{plan_id}/change", {"do": "withdraw"}).status_code == 403
    assert "no-store" in browser.get(f"/pay/auto/{plan_id}").headers["Cache-Control"]


def test_the_history_is_paged_with_few_statements(payer, browser, bank):
    plan_id = agree_bills(payer.actor, bind(payer.actor))
    sign(bank, payer.actor, plan_id)
    look(NOW)
    first = only_deduction()
    for number in range(45):
        first.pk, first.state, first.slot_hash = first.pk + 1, "done", number.to_bytes(4, "big")
        first.save(force_insert=True)
    with count_statements() as log:
        page = text(browser.get(f"/pay/auto/{plan_id}"))
    assert log.count <= 8
    assert page.count("看订单") == 0
    assert "after=" in page
    assert browser.get(f"/pay/auto/{plan_id}?after={first.pk - 30}").status_code == 200
    assert browser.get(f"/pay/auto/{plan_id}?after=%F0%9D%9F%8F").status_code == 200


def test_the_api_is_the_pages_twin(payer, bank, billers):
    caller = Client()
    call: Any = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {payer.token}"}
    billers.balance_fen = 100
    card = {
        "issuer": "campus-primary", "card": CARD, "threshold_yuan": 20, "amount_yuan": 50, "cap_yuan": 100,
        "gateway": "paybank", "consents": True,
    }  # fmt: skip
    refused = caller.post("/api/v1/me/auto-payments/cards", orjson.dumps({**card, "amount_yuan": 0}).decode(), **call)
    assert refused.status_code == 422
    made = caller.post("/api/v1/me/auto-payments/cards", orjson.dumps(card).decode(), **call)
    assert made.status_code == 201, made.content
    address = f"/api/v1/me/auto-payments/{made.json()['plan_id']}"
    assert caller.post(f"{address}/signing", "{}", **call).json()["url"].startswith("https://cashier.example/sign/")
    bank.sign(external_no(int(made.json()["plan_id"])))
    assert caller.get(address, **call).json()["state"] == "active"
    look(NOW)
    (announced,) = caller.get(f"{address}/deductions", **call).json()["items"]
    assert (announced["state"], announced["amount_fen"]) == ("announced", 5_000)
    decide = f"/api/v1/me/auto-deductions/{announced['deduction_id']}"
    assert caller.post(decide, '{"do": "skip"}', **call).status_code == 204
    assert caller.post(decide, '{"do": "now"}', **call).json()["code"] == "deduction_begun"
    assert caller.post(f"{address}/change", '{"do": "pause"}', **call).json()["state"] == "paused"
    assert caller.delete(address, **call).status_code == 204
    assert [plan["state"] for plan in caller.get("/api/v1/me/auto-payments", **call).json()] == ["ended"]
    bill = {"bound_id": str(bind(payer.actor)), "most_yuan": 9, "cap_yuan": 9, "gateway": "paybank", "consents": True}
    assert caller.post("/api/v1/me/auto-payments/bills", orjson.dumps(bill).decode(), **call).status_code == 201
    assert Client().get("/api/v1/me/auto-payments").status_code == 401
