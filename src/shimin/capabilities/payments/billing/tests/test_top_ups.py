"""Topping a card up: whole yuan, once for a form however often it is sent, back when the school refuses."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.payments.billing.domain.cards import make_ref, read_ref
from shimin.capabilities.payments.billing.public import CardUnknown, top_up
from shimin.capabilities.payments.billing.tests.biller_system import CARD, TRANSIT_CARD
from shimin.capabilities.payments.models import Order
from shimin.capabilities.payments.public import LineState, capture, create_order, get_order, settle_due_lines
from shimin.capabilities.payments.tests.factories import begin, new_key
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired, Unavailable

pytestmark = pytest.mark.django_db
KEY = "a-form-of-the-page"


def wish(actor, yuan=100, card=CARD, key=KEY, school="campus-primary"):
    return top_up(actor=actor, issuer_code=school, card=card, yuan=yuan, key=key, now=NOW)


def pay(till, actor, order_id):
    receipt = till.pay(begin(till, order_id, actor), NOW)
    capture(actor=actor, receipt=receipt, source="notify", now=NOW)
    settle_due_lines(NOW)
    return get_order(order_id)


def test_money_comes_onto_the_card_once(payer, billers, till):
    billers.loses_answers = True
    order = pay(till, payer.actor, wish(payer.actor))
    billers.loses_answers = False
    assert order.lines[0].state is LineState.PAID
    settle_due_lines(NOW.replace(hour=4))
    (line,) = get_order(order.order_id).lines
    assert (line.state, line.amount_fen, line.payee_code) == (LineState.SETTLED, 10_000, "campus:campus-primary")
    assert billers.balance_fen == 11_000
    assert "尾号0045" in line.title


def test_the_same_form_sent_twice_is_one_order_and_the_next_one_is_another(payer):
    first = wish(payer.actor)
    assert wish(payer.actor) == first
    assert wish(payer.actor, key="another-form-of-it") != first
    assert Order.objects.count() == 2


@pytest.mark.parametrize("yuan", [0, -1, 501, 10**12])
def test_the_sum_is_whole_yuan_from_1_to_500(payer, billers, yuan):
    with pytest.raises(InvalidInput) as refused:
        wish(payer.actor, yuan=yuan)
    assert "yuan" in refused.value.fields
    assert billers.asked == 0


@pytest.mark.parametrize("card", ["8000000046", "1000000008", "８００００００００４５", "", "8" * 99])
def test_a_wrong_number_is_not_asked(payer, billers, card):
    with pytest.raises(InvalidInput):
        wish(payer.actor, card=card)
    assert billers.asked == 0


def test_a_card_of_another_school_is_told_in_words(payer):
    with pytest.raises(CardUnknown):
        wish(payer.actor, school="campus-middle")


def test_who_is_not_signed_in_is_asked_to(payer):
    with pytest.raises(SignInRequired):
        wish(ANONYMOUS)


@pytest.mark.parametrize(
    "ref",
    [
        "campus-primary.8000000045.0.aaaaaaaaaaaaaaaa",
        "campus-primary.8000000045.501.aaaaaaaaaaaaaaaa",
        "campus-primary.8000000045.1e2.aaaaaaaaaaaaaaaa",
        "campus-primary.8000000045.5.short",
        "campus-primary.8000000046.5.aaaaaaaaaaaaaaaa",
        "nowhere.8000000045.5.aaaaaaaaaaaaaaaa",
        "../x",
    ],
)
def test_a_reference_made_by_hand_is_held_to_the_same_rules(payer, ref):
    with pytest.raises(NotFound):
        read_ref(ref)
    with pytest.raises(NotFound):
        create_order(actor=payer.actor, lines=[("top_up", ref)], purpose="top_up", idempotency_key=new_key(), now=NOW)


def test_what_the_school_refuses_goes_back(payer, billers, till):
    billers.refuses_top_ups = True
    order = pay(till, payer.actor, wish(payer.actor))
    assert order.lines[0].state is LineState.SURPLUS
    assert [refund.amount_fen for refund in order.refunds] == [10_000]
    assert billers.balance_fen == 1_000


def test_nothing_is_ordered_while_the_school_is_silent(payer, billers):
    billers.is_down = True
    with pytest.raises(Unavailable):
        wish(payer.actor)
    assert not Order.objects.exists()


def test_two_screens_from_the_form_to_the_cashier(payer, till):
    browser = Client()
    browser.cookies["shimin_session"] = payer.token
    assert "校园卡充值" in browser.get("/bills/top-up").content.decode()
    form = {"issuer_code": "campus-primary", "card": CARD, "yuan": "100", "idempotency_key": KEY}
    wrong = browser.post("/bills/top-up", {**form, "yuan": "0.5"})
    assert wrong.status_code == 422
    assert "整元" in wrong.content.decode()
    unknown = browser.post("/bills/top-up", {**form, "issuer_code": "campus-middle"})
    assert "学校没有这张卡" in unknown.content.decode()
    order = browser.post("/bills/top-up", form)
    assert order.status_code == 302
    assert browser.post("/bills/top-up", form).headers["Location"] == order.headers["Location"]
    assert "测试支付缴款 ¥100.00" in browser.get(order.headers["Location"]).content.decode()


def test_the_api_is_the_pages_twin(payer, till):
    caller = Client()
    call: Any = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {payer.token}"}
    assert len(caller.get("/api/v1/card-issuers").json()) == 4
    body = orjson.dumps({"issuer": "campus-primary", "card": CARD, "yuan": 50}).decode()
    keyless = caller.post("/api/v1/me/card-top-ups", body, **call)
    assert (keyless.status_code, "Idempotency-Key" in keyless.content.decode()) == (422, True)
    made = caller.post("/api/v1/me/card-top-ups", body, HTTP_IDEMPOTENCY_KEY=KEY, **call)
    assert made.status_code == 201, made.content
    assert caller.post("/api/v1/me/card-top-ups", body, HTTP_IDEMPOTENCY_KEY=KEY, **call).json() == made.json()
    assert caller.get(f"/api/v1/me/orders/{made.json()['order_id']}", **call).json()["total_fen"] == 5_000


def test_a_reference_is_read_as_it_was_made():
    told = read_ref(make_ref("campus-primary", f"{CARD[:5]} {CARD[5:]}", 7, KEY))
    assert (told.card_number, told.fen, told.issuer.name) == (CARD, 700, "长沙示例小学")


def test_a_transit_card_is_topped_up_the_same_way(payer, billers, till):
    order = pay(till, payer.actor, wish(payer.actor, yuan=30, card=TRANSIT_CARD, school="changsha-transit"))
    (line,) = order.lines
    assert (line.state, line.payee_code, line.item_code) == (
        LineState.SETTLED, "transit:changsha-transit", "transit_card",
    )  # fmt: skip
    assert line.title == "公交卡充值（长沙示例公交卡公司，卡号尾号0043）"
    assert billers.balance_fen == 4_000


def test_a_card_of_another_kind_is_not_asked_for(payer, billers):
    for card, issuer in ((CARD, "changsha-transit"), (TRANSIT_CARD, "campus-primary")):
        with pytest.raises(InvalidInput) as refused:
            wish(payer.actor, card=card, school=issuer)
        assert "card" in refused.value.fields
    assert billers.asked == 0
    with pytest.raises(CardUnknown, match="发卡公司没有这张卡"):
        wish(payer.actor, card="9000000050", school="changsha-transit")


def test_each_kind_has_its_page(payer, till):
    browser = Client()
    browser.cookies["shimin_session"] = payer.token
    page = browser.get("/bills/transit-card").content.decode()
    assert "公交卡充值" in page
    assert "长沙示例公交卡公司" in page
    assert "长沙示例小学" not in page
    form = {"issuer_code": "changsha-transit", "card": TRANSIT_CARD, "yuan": "30", "idempotency_key": KEY}
    order = browser.post("/bills/transit-card", form)
    assert "测试支付缴款 ¥30.00" in browser.get(order.headers["Location"]).content.decode()
    assert browser.post("/bills/top-up", form).status_code == 422  # no school's card
